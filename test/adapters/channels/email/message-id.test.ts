import fc from 'fast-check';
import { expect, it } from 'vitest';
import { messageIdOf } from '../../../../adapters/channels/email/message-id.ts';

/** RFC 5322, 3.2.3 and 3.6.4. */
const DOT_ATOM_ID = /^<[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*@watchpost\.test>$/;

it('two delivery keys never share a Message-ID, and one key always has the same', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 150 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 150 }), (one, other) => {
    expect(messageIdOf(one, 'watchpost.test') === messageIdOf(other, 'watchpost.test')).toBe(Buffer.from(one).equals(Buffer.from(other)));
  }));
});

it('whatever stands in the key, the id is one that every mail server takes and no line has to be folded for', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 600 }), (key) => {
    const id = messageIdOf(key, 'watchpost.test');
    expect(id).toMatch(DOT_ATOM_ID);
    expect(id.length).toBeLessThan(250);
  }));
});

it('a person can read the key in it', () => {
  expect(messageIdOf('0199-a:0:1:email:anna', 'watchpost.test')).toBe('<0199-a=3a0=3a1=3aemail=3aanna@watchpost.test>');
});
