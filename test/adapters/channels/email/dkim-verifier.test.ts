import { createPublicKey } from 'node:crypto';
import { expect, it } from 'vitest';
import { checkDkim } from './dkim-verifier.ts';

/** The published example of RFC 8463, appendix A, without its Ed25519 signature: made by nobody here, so the check itself is checked. */
const PUBLISHED = `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
`;
const KEY = createPublicKey({
  key: Buffer.from('MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC'
    + 'DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB', 'base64'),
  format: 'der', type: 'spki',
});

it('the published signature holds', () => {
  expect(checkDkim(PUBLISHED, KEY)).toMatchObject({ domain: 'football.example.com', selector: 'test' });
});

it('white space may change on the way', () => {
  expect(checkDkim(PUBLISHED.replace('Is dinner ready?', 'Is  dinner\n\tready? ').replace('Hi.', 'Hi.  '), KEY)).toBeDefined();
});

it.each([['Is dinner ready?', 'Is dinner over?'], ['hungry', 'thirsty'], ['bh=2jUS', 'bh=3jUS'], ['b=F45d', 'b=G45d'], ['DKIM-Signature', 'X-Signature'], ['From: Joe', 'From: Jim']])(
  'nothing else may: %s to %s', (before, after) => {
    expect(checkDkim(PUBLISHED.replace(before, after), KEY)).toBeUndefined();
  });
