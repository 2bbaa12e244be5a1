/** The page behind the links in messages. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLinks } from '../../adapters/links/signed-links.ts';
import { LINK_SECRET, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { ANNAS_MAIL, answersTo, stateOf, tellIncident } from './told-incident.ts';
import type { ToldIncident } from './told-incident.ts';

const DAY_MS = 86_400_000;
const HOSTILE = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>';

let api: ApiUnderTest;
let nowMs = Date.now();
beforeAll(async () => {
  api = await startApiUnderTest({ deps: { links: createLinks({ secret: LINK_SECRET, publicUrl: undefined, days: 7, now: () => nowMs }) } });
  await api.accounts();
  await api.put('/v1/users/anna', { name: 'Anna' });
  await api.put('/v1/users/bert', { name: 'Bert' });
});
afterAll(() => api.close());

const pathTo = ({ incidentId }: Pick<ToldIncident, 'incidentId'>, contactId = 'anna-mail'): string =>
  createLinks({ secret: LINK_SECRET, publicUrl: '', days: 7, now: () => nowMs }).linkTo!(incidentId, contactId);
const get = (url: string) => api.app.inject({ url });
const post = (url: string, form: Record<string, string> | string) => api.app.inject({
  method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
});
/** What a reader sees, without tags. */
const wordsOf = (html: string): string => html.replace(/<style>.*<\/style>/s, '').replace(/<[^>]+>/g, ' ').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))).replace(/\s+/g, ' ');

describe('the page of a link', () => {
  it('shows what happened, where, when, why, how it stands, and what may be answered', async () => {
    const incident = await tellIncident(api, { capturedAt: new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS + 3_600_000).toISOString() });
    const answer = await get(pathTo(incident));
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const words = wordsOf(answer.body);
    expect(words).toMatch(/ALERT: HIGH Rule yard High severity: Person, 0[23]:00, camera door Open: nobody has taken charge yet/);
    expect(words).toMatch(/When \d{4}-\d\d-\d\d 0[23]:00:00 (CET|CEST) \(Europe\/Berlin\) Camera door Rule yard: Person in the yard Why person with probability > 80%: 87 %/);
    expect(words).toContain('I take charge It is dealt with False alarm I know this. Tell nobody of it for 1 hour 1 day 1 week 30 days');
    expect(answer.body).toContain('alt="Picture of camera door, marked: person 87 %"');
  });

  it('shows the picture with a box around what the rule was about, and around nothing else', async () => {
    const incident = await tellIncident(api);
    const path = pathTo(incident);
    const { pathname } = new URL(/<img src="([^"]+)"/.exec((await get(path)).body)![1]!, `http://here${path}`);
    expect(pathname).toBe(`${path}/picture.jpg`);
    const picture = await get(pathname);
    expect([picture.statusCode, picture.headers['content-type'], picture.headers['cache-control']]).toEqual([200, 'image/jpeg', 'no-store']);
    const redness = async (x: number, y: number): Promise<number> => {
      const { data } = await sharp(picture.rawPayload).extract({ left: x / 2 - 2, top: y / 2 - 2, width: 5, height: 5 }).resize(5, 5).raw().toBuffer({ resolveWithObject: true });
      return Math.max(...data.filter((_, n) => n % 3 === 0));
    };
    expect((await sharp(picture.rawPayload).metadata()).width).toBe(1280);
    expect(await redness(2 * 200, 2 * 550)).toBeGreaterThan(180);
    expect(await redness(2 * 900, 2 * 200)).toBeLessThan(80);
  });

  it('says so where there is no picture any more, and where it is gone when asked for', async () => {
    const incident = await tellIncident(api);
    await api.db.pool.query("UPDATE frames SET standard_sha256 = decode(repeat('ab', 32), 'hex') WHERE frame_id = $1", [incident.frameId]);
    const gone = await get(`${pathTo(incident)}/picture.jpg`);
    expect([gone.statusCode, wordsOf(gone.body)]).toEqual([404, expect.stringContaining('no longer kept')]);
    await api.db.pool.query('DELETE FROM frame_detections WHERE frame_id = $1', [incident.frameId]);
    const page = await get(pathTo(incident));
    expect([page.statusCode, wordsOf(page.body)]).toEqual([200, expect.stringContaining('There is no picture of this moment any more')]);
    expect(page.body).not.toContain('<img');
  });

  it('is kept by nobody, found by nobody, runs nothing, and stands in no frame of somebody else\'s', async () => {
    const path = pathTo(await tellIncident(api));
    for (const answer of [await get(path), await get(`${path}/picture.jpg`), await post(path, { action: 'acknowledge' }), await get(`${path}x`), await post(path, { action: 'dance' })]) {
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex, nofollow', 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff',
      });
      expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; img-src 'self'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
      expect(answer.body).not.toMatch(/<script|javascript:|\son\w+=|\sstyle=|http:|https:/);
    }
  });

  it('escapes what others wrote', async () => {
    await api.put('/v1/users/anna', { name: HOSTILE });
    await api.put('/v1/devices/door', { userId: 'anna', name: HOSTILE, timeZone: 'Europe/Berlin' });
    const incident = await tellIncident(api, { ruleId: 'hostile', ruleName: HOSTILE });
    await post(pathTo(incident), { action: 'acknowledge' });
    await api.put('/v1/contacts/anna-second', { userId: 'anna', channel: 'email', address: 'second@example.org' });
    const page = (await get(pathTo(incident, 'anna-second'))).body;
    expect(wordsOf(page)).toContain(`${HOSTILE} took charge at`);
    expect(page).not.toMatch(/<script|<img src=x|onerror=alert\(2\)>/);
    await api.put('/v1/users/anna', { name: 'Anna' });
    await api.put('/v1/devices/door', { userId: 'anna', name: 'door', timeZone: 'Europe/Berlin' });
  });
});

describe('looking', () => {
  it('never acts, whatever is asked for and however', async () => {
    const incident = await tellIncident(api);
    const path = pathTo(incident);
    const queries = ['', '?action=acknowledge', '?action=known&hours=1', '?method=POST&action=resolve', '?_method=post&action=false_alarm', '?%61ction=real'];
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'] as const) {
      for (const query of queries) {
        for (const url of [`${path}${query}`, `${path}/picture.jpg${query}`]) {
          const { statusCode } = await api.app.inject({ method, url, headers: { 'x-http-method-override': 'POST' } });
          expect(statusCode, `${method} ${url}`).toBe(method === 'GET' || method === 'HEAD' ? 200 : 404);
        }
      }
    }
    expect(await answersTo(api, incident.incidentId)).toEqual([]);
    expect(await stateOf(api, incident.incidentId)).toBe('open');
  });

  it('leaves its link in no line of the log', async () => {
    const incident = await tellIncident(api);
    const path = pathTo(incident);
    const token = path.slice(-48);
    const before = api.log.length;
    for (const url of [path, `${path}?x=${token}`, `${path}/picture.jpg`, `${path}/nothing`, `${path}x`, `/i/%E0%A4%A${token}`, `${path}${'x'.repeat(2_000)}`]) await get(url);
    await post(path, { action: 'acknowledge' });
    await post(path, { action: token });
    await post(path, 'x'.repeat(20_000));
    await api.app.inject({ method: 'POST', url: path, payload: { action: 'acknowledge' } });
    const lines = api.log.slice(before).map((line) => JSON.stringify(line));
    expect(lines.filter((line) => line.includes('/i/:token')).length).toBeGreaterThan(5);
    expect(lines.filter((line) => line.includes(token.slice(0, 20)))).toEqual([]);
  });
});

describe('an answer', () => {
  it.each([
    ['acknowledge', 'acknowledged', /You took charge at (\d{4}-\d\d-\d\d )?\d\d:\d\d\./],
    ['resolve', 'resolved', /Dealt with You said at .* that it is dealt with\./],
    ['real', 'acknowledged', /You said at .* that it is real\./],
    ['false_alarm', 'resolved', /False alarm You said at .* that it is a false alarm\./],
    ['known', 'resolved', /Known You said at .* that this is known: nobody is told of it until \d{4}-\d\d-\d\d \d\d:\d\d\./],
  ])('of %s makes the incident %s, and the page says so', async (action, state, says) => {
    const incident = await tellIncident(api);
    const answer = await post(pathTo(incident), { action });
    expect([answer.statusCode, answer.body]).toEqual([303, '']);
    const back = new URL(String(answer.headers['location']), `http://here${pathTo(incident)}`).pathname;
    expect(back).toBe(pathTo(incident));
    expect(wordsOf((await get(back)).body)).toMatch(says);
    expect(await stateOf(api, incident.incidentId)).toBe(state);
    expect(await answersTo(api, incident.incidentId)).toEqual([{ kind: action, way: 'link', contactId: 'anna-mail', said: null }]);
  });

  it('is led to by the buttons of a mail, which ask for no more than that it is offered', async () => {
    const incident = await tellIncident(api);
    const page = (await get(pathTo(incident))).body;
    for (const kind of ['acknowledge', 'false_alarm', 'known']) expect(page.match(new RegExp(`id="${kind}"`, 'g')), kind).toHaveLength(1);
    const answer = await post(pathTo(incident), { action: 'false_alarm' });
    expect(new URL(String(answer.headers['location']), 'http://here/i/').hash).toBe('#state');
    expect((await get(pathTo(incident))).body).toContain('id="state"');
  });

  it('of every button does what the button says', async () => {
    const offered = [...(await get(pathTo(await tellIncident(api)))).body.matchAll(/<button name="(\w+)" value="(\w+)"/g)];
    expect(offered.map(([, name, value]) => `${name}=${value}`)).toEqual(['action=acknowledge', 'action=resolve', 'action=false_alarm', 'hours=1', 'hours=24', 'hours=168', 'hours=720']);
    for (const hours of ['1', '24', '168', '720']) {
      const incident = await tellIncident(api);
      expect((await post(pathTo(incident), { action: 'known', hours })).statusCode).toBe(303);
      const { rows: [row] } = await api.db.pool.query('SELECT round(extract(epoch FROM known_until - at) / 3600)::int AS hours FROM responses WHERE incident_id = $1', [incident.incidentId]);
      expect(row.hours).toBe(Number(hours));
    }
  });

  it('that is given again changes nothing', async () => {
    const incident = await tellIncident(api);
    const path = pathTo(incident);
    await post(path, { action: 'acknowledge' });
    const first = (await get(path)).body;
    const before = (await api.db.pool.query('SELECT * FROM incidents WHERE incident_id = $1', [incident.incidentId])).rows;
    await Promise.all(Array.from({ length: 4 }, () => post(path, { action: 'acknowledge' })));
    expect((await get(path)).body).toBe(first);
    expect((await api.db.pool.query('SELECT * FROM incidents WHERE incident_id = $1', [incident.incidentId])).rows).toEqual(before);
    expect(await answersTo(api, incident.incidentId)).toHaveLength(1);
  });

  it('is shown to others by the name of whoever gave it, and to the API\'s callers as somebody\'s', async () => {
    const incident = await tellIncident(api, { told: [ANNAS_MAIL, { contactId: 'bert-mail', channel: 'email', address: 'bert@example.org' }] });
    await post(pathTo(incident, 'bert-mail'), { action: 'acknowledge' });
    expect(wordsOf((await get(pathTo(incident))).body)).toMatch(/Somebody is looking after it Bert took charge at/);
    expect(wordsOf((await get(pathTo(incident, 'bert-mail'))).body)).toMatch(/You took charge at/);
  });

  it('may still be given as a label when the incident is closed, and it stays closed', async () => {
    const incident = await tellIncident(api);
    await api.db.pool.query("UPDATE incidents SET state = 'closed', closed_at = now() WHERE incident_id = $1", [incident.incidentId]);
    const words = wordsOf((await get(pathTo(incident))).body);
    expect(words).toMatch(/Over It has been quiet: closed at .* It is real False alarm I know this/);
    expect(words).not.toContain('I take charge');
    expect((await post(pathTo(incident), { action: 'false_alarm' })).statusCode).toBe(303);
    expect(wordsOf((await get(pathTo(incident))).body)).toMatch(/Over: false alarm You said/);
    expect(await stateOf(api, incident.incidentId)).toBe('closed');
  });

  it.each([
    ['an action that there is not', 'action=dance', 400], ['no action', '', 400], ['hours below one', 'action=known&hours=0', 400], ['hours beyond the limit', 'action=known&hours=99999', 400],
    ['hours that are none', 'action=known&hours=1e2', 400], ['more than a form of ours has', `action=acknowledge&x=${'x'.repeat(16 * 1024)}`, 413],
  ])('with %s is refused in plain words', async (_, form, status) => {
    const incident = await tellIncident(api);
    const answer = await post(pathTo(incident), form);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    expect(wordsOf(answer.body)).toContain('That was not understood');
    expect(await answersTo(api, incident.incidentId)).toEqual([]);
  });

  it('as anything but a form is refused', async () => {
    const incident = await tellIncident(api);
    expect((await api.app.inject({ method: 'POST', url: pathTo(incident), payload: { action: 'acknowledge' } })).statusCode).toBe(415);
    expect((await api.app.inject({ method: 'POST', url: pathTo(incident) })).statusCode).toBe(400);
    expect(await answersTo(api, incident.incidentId)).toEqual([]);
  });
});

describe('a link', () => {
  it('that has ended, was altered or was signed by somebody else says so in plain words, and does nothing', async () => {
    const incident = await tellIncident(api);
    const path = pathTo(incident);
    const foreign = createLinks({ secret: 'another', publicUrl: '', days: 7, now: () => nowMs }).linkTo!(incident.incidentId, 'anna-mail');
    nowMs += 9 * DAY_MS;
    const other = pathTo(incident);
    const cases = [[path, 410, 'This link has ended'], [`${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`, 403, 'This link does not work'], [foreign, 403, 'This link does not work'],
      [`${path}A`, 403, 'This link does not work'], ['/i/x', 403, 'This link does not work'], [path.slice(0, -5), 403, 'This link does not work']] as const;
    for (const [url, status, title] of cases) {
      for (const answer of [await get(url), await get(`${url}/picture.jpg`), await post(url, { action: 'acknowledge' })]) {
        expect([answer.statusCode, answer.headers['content-type']], url).toEqual([status, 'text/html; charset=utf-8']);
        expect(wordsOf(answer.body)).toContain(title);
        expect(wordsOf(answer.body)).not.toMatch(/door|anna/i);
      }
    }
    expect((await get(other)).statusCode).toBe(200);
    expect(await answersTo(api, incident.incidentId)).toEqual([]);
    nowMs -= 9 * DAY_MS;
  });

  it('acts while its contact exists, also when it was switched off; after that it only shows', async () => {
    const incident = await tellIncident(api);
    await api.put('/v1/contacts/anna-mail', { userId: 'anna', channel: 'email', address: 'anna@example.org', enabled: false });
    expect((await post(pathTo(incident), { action: 'acknowledge' })).statusCode).toBe(303);
    await api.call({ method: 'DELETE', url: '/v1/contacts/anna-mail' });
    const page = await get(pathTo(incident));
    expect([page.statusCode, wordsOf(page.body)]).toEqual([200, expect.stringContaining('takes no answer any more')]);
    expect(page.body).not.toContain('<form');
    const refused = await post(pathTo(incident), { action: 'resolve' });
    expect([refused.statusCode, wordsOf(refused.body)]).toEqual([404, expect.stringContaining('has been removed')]);
    expect(await stateOf(api, incident.incidentId)).toBe('acknowledged');
    await api.put('/v1/contacts/anna-mail', { userId: 'anna', channel: 'email', address: 'anna@example.org' });
  });

  it('also works for a guard service that is told, and for one from whom it was held back and that hears of it in a digest', async () => {
    await api.put('/v1/contacts/guards', { userId: 'bert', channel: 'email', address: 'guards@example.org' });
    const held = await tellIncident(api);
    expect((await post(pathTo(held, 'guards'), { action: 'acknowledge' })).statusCode).toBe(404);
    await api.db.pool.query(`
      INSERT INTO held_back (user_id, contact_id, cause, incident_id, rule_id, device_id, severity, matches, frame_id, frame_captured_at, first_at, last_at, due_at)
      VALUES ('anna', 'guards', 'quiet_hours', $1, 'yard', 'door', 'high', 1, $2, $3, $3, $3, now())`, [held.incidentId, held.frameId, held.capturedAt]);
    expect((await post(pathTo(held, 'guards'), { action: 'acknowledge' })).statusCode).toBe(303);
    const told = await tellIncident(api, { told: [{ contactId: 'guards', channel: 'email', address: 'guards@example.org' }] });
    expect((await post(pathTo(told, 'guards'), { action: 'false_alarm' })).statusCode).toBe(303);
    expect(await answersTo(api, told.incidentId)).toMatchObject([{ kind: 'false_alarm', contactId: 'guards' }]);
  });

  it('to an incident that is not kept says so', async () => {
    const answer = await get(pathTo({ incidentId: '01a1fd50-bf90-7a65-98b6-7f2402f97040' }));
    expect([answer.statusCode, wordsOf(answer.body)]).toEqual([404, expect.stringContaining('no longer kept')]);
  });

  it('is no key: it opens nothing else, and stays out of the description of the API', async () => {
    const token = pathTo(await tellIncident(api)).slice(-48);
    expect((await api.app.inject({ url: '/v1/incidents', headers: { authorization: `Bearer ${token}` } })).statusCode).toBe(401);
    expect(Object.keys((await api.get('/openapi.json')).json.paths).filter((path) => path.startsWith('/i'))).toEqual([]);
  });

  it('says in plain words that it does not work while the database is away, and when to come back', async () => {
    const path = pathTo(await tellIncident(api));
    const other = await startApiUnderTest({ deps: { links: api.deps.links } });
    await other.db.pool.query('ALTER TABLE incidents RENAME TO elsewhere');
    const broken = await other.app.inject({ url: path });
    expect([broken.statusCode, wordsOf(broken.body)]).toEqual([500, expect.stringContaining('This does not work at the moment')]);
    expect(broken.body).not.toContain('incidents');
    await other.close();
  });
});
