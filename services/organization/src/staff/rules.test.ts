import { assignPost, deactivate, endAbsence, endPost, movePostsOf, pair, startAbsence, withPartner } from './rules';
import { mostAbsences, standingPosts, type Absence, type Post, type Staff } from './staff';

const now = new Date('2026-11-24T01:00:00Z');

function person(facts: Partial<Staff> = {}): Staff {
  const nothing = { identity: undefined, partnerId: undefined, absences: [] };
  return { id: 'a', code: 'a', name: '甲', workPhone: '', active: true, posts: [], version: 1, ...nothing, ...facts };
}

function post(facts: Partial<Post> = {}): Post {
  return { id: 'p', unitId: 'u', unitPath: '/u/', titleZh: '干事', primary: true, lead: undefined, validFrom: '2026-01-01', validTo: undefined, ...facts };
}

describe('posts', () => {
  it('may be taken up again once they ended', () => {
    const held = person({ posts: [post({ validTo: '2026-11-01' })] });
    expect(assignPost(held, post({ id: 'q' })).posts).toHaveLength(2);
    expect(() => assignPost(person({ posts: [post()] }), post({ id: 'q' }))).toThrow(/already/);
    expect(() => assignPost(person({ active: false }), post())).toThrow(/no longer/);
  });

  it('leave one primary post, and what ended as it was', () => {
    const held = person({ posts: [post({ id: 'old', validTo: '2026-11-01' }), post({ id: 'now', unitId: 'v' })] });
    expect(assignPost(held, post({ id: 'new' })).posts.map(({ id, primary }) => [id, primary])).toEqual([['old', true], ['now', false], ['new', true]]);
    expect(assignPost(held, post({ id: 'new', primary: false })).posts.map(({ primary }) => primary)).toEqual([true, true, false]);
  });

  it('end on a day, no earlier than they began, once', () => {
    const held = person({ posts: [post()] });
    const ended = endPost(held, { postId: 'p', validTo: '2026-01-01' }, '2026-11-24');
    expect(ended).toMatchObject({ version: 2, posts: [{ validTo: '2026-01-01' }] });
    expect(() => endPost(held, { postId: 'p', validTo: '2025-12-31' }, '2026-11-24')).toThrow(/before/);
    expect(() => endPost(held, { postId: 'q', validTo: '2026-12-31' }, '2026-11-24')).toThrow(/no such post/);
    expect(() => endPost(ended, { postId: 'p', validTo: '2026-12-31' }, '2026-11-24')).toThrow(/ended/);
    // Until it has come, an end may be set anew.
    const ahead = endPost(held, { postId: 'p', validTo: '2028-12-31' }, '2026-11-24');
    expect(endPost(ahead, { postId: 'p', validTo: '2026-12-01' }, '2026-11-24')).toMatchObject({ version: 3, posts: [{ validTo: '2026-12-01' }] });
  });

  it('stand until the day before they end', () => {
    const held = person({ posts: [post({ validTo: '2026-11-24' })] });
    expect(standingPosts(held, '2026-11-23')).toHaveLength(1);
    expect(standingPosts(held, '2026-11-24')).toHaveLength(0);
  });
});

describe('a pair', () => {
  it('names each other, one version on', () => {
    const [a, b] = pair(person(), person({ id: 'b', version: 5 }));
    expect([a.partnerId, a.version, b.partnerId, b.version]).toEqual(['b', 2, 'a', 6]);
    expect(withPartner(a, undefined)).toMatchObject({ partnerId: undefined, version: 3 });
  });

  it.each([
    ['oneself', [person(), person()], /themselves/],
    ['somebody gone', [person(), person({ id: 'b', active: false })], /no longer/],
    ['somebody paired', [person(), person({ id: 'b', partnerId: 'c' })], /partner/],
    ['while paired', [person({ partnerId: 'c' }), person({ id: 'b' })], /partner/],
  ] as const)('is never made with %s', (_whom, [a, b], message) => {
    expect(() => pair(a, b)).toThrow(message);
  });
});

describe('absence', () => {
  const at = (offset: number) => new Date(now.getTime() + offset);
  const away = (from: number, until?: number): Absence => ({ id: 'x', from: at(from), until: until === undefined ? undefined : at(until), standInId: undefined });

  it('ends strictly in the future and after it began', () => {
    expect(startAbsence(person(), away(-1, 1), now)).toMatchObject({ absences: [{ until: at(1) }], version: 2 });
    expect(() => startAbsence(person(), away(-1, 0), now)).toThrow(/ahead/);
    expect(() => startAbsence(person(), away(5, 5), now)).toThrow(/before/);
    expect(() => startAbsence(person({ active: false }), away(0), now)).toThrow(/no longer/);
  });

  it('touches the next to the millisecond, and overlaps none', () => {
    const noted = person({ absences: [away(10, 20), away(30)] });
    expect(startAbsence(noted, away(20, 30), now).absences).toEqual([away(10, 20), away(20, 30), away(30)]);
    expect(startAbsence(noted, away(-5, 10), now).absences[0]).toEqual(away(-5, 10));
    for (const overlapping of [away(0), away(9, 11), away(12, 13), away(19, 40), away(99)]) expect(() => startAbsence(noted, overlapping, now)).toThrow(/part of that time/);
  });

  it('is noted twenty times ahead at most, whatever is over', () => {
    const ahead = Array.from({ length: mostAbsences }, (_, index) => away(10 * index, 10 * index + 5));
    expect(() => startAbsence(person({ absences: ahead }), away(900), now)).toThrow(/as many/);
    expect(startAbsence(person({ absences: [away(-10, 0), ...ahead.slice(1)] }), away(900), now).absences).toHaveLength(21);
  });

  it('ends when it is on, or is withdrawn by its id; what is over is neither', () => {
    const [over, on, later] = [{ ...away(-9, -5), id: 'over' }, { ...away(-5, 5), id: 'on' }, { ...away(5), id: 'later' }];
    const noted = person({ absences: [over, on, later] });
    expect(endAbsence(noted, undefined, now)).toEqual({ staff: { ...noted, absences: [over, later], version: 2 }, ended: on });
    expect(endAbsence(noted, 'later', now)).toMatchObject({ staff: { absences: [over, on] }, ended: later });
    expect(() => endAbsence(noted, 'over', now)).toThrow(/no such absence/);
    expect(() => endAbsence(person({ absences: [over, later] }), undefined, now)).toThrow(/not away/);
  });
});

describe('leaving', () => {
  it('ends all posts, those to come before they begin', () => {
    const posts = [post({ id: 'was', validTo: '2026-05-01' }), post({ id: 'is' }), post({ id: 'will', validFrom: '2027-01-01' }), post({ id: 'ends', validTo: '2026-12-31' })];
    const left = deactivate(person({ posts, partnerId: 'b', absences: [{ id: 'x', from: now, until: undefined, standInId: undefined }] }), '2026-11-24');
    expect(left).toMatchObject({ active: false, partnerId: undefined, absences: [], version: 2 });
    expect(left.posts.map(({ validTo }) => validTo)).toEqual(['2026-05-01', '2026-11-24', '2027-01-01', '2026-11-24']);
    expect(() => deactivate(left, '2026-11-24')).toThrow(/no longer/);
  });
});

describe('posts at a unit that ends', () => {
  const targets = new Map([['u', { id: 'v', path: '/v/', continuesId: undefined }]]);
  const idFor = () => 'new';

  it('go on where its work goes, from that day, to the same end', () => {
    const held = person({ posts: [post({ validTo: '2027-12-31' }), post({ id: 'q', unitId: 'w' })] });
    expect(movePostsOf(held, { targets, day: '2027-07-01', idFor })).toMatchObject({
      version: 2,
      posts: [{ id: 'p', validTo: '2027-07-01' }, { id: 'q', unitId: 'w', validTo: undefined }, { id: 'new', unitId: 'v', unitPath: '/v/', validFrom: '2027-07-01', validTo: '2027-12-31' }],
    });
  });

  it('lead the unit that continues theirs, and no other', () => {
    const held = person({ posts: [post({ lead: 'head' })] });
    const leads = (continuesId: string | undefined) => movePostsOf(held, { targets: new Map([['u', { id: 'v', path: '/v/', continuesId }]]), day: '2027-07-01', idFor }).posts.at(-1)?.lead;
    expect([leads('u'), leads(undefined)]).toEqual(['head', undefined]);
  });

  it('begin there when they were to begin later', () => {
    const held = person({ posts: [post({ validFrom: '2027-08-01' })] });
    expect(movePostsOf(held, { targets, day: '2027-07-01', idFor }).posts).toMatchObject([{ validTo: '2027-08-01' }, { unitId: 'v', validFrom: '2027-08-01' }]);
  });

  it('fall together with the same post there, and stay primary', () => {
    const held = person({ posts: [post(), post({ id: 'q', unitId: 'v', primary: false })] });
    expect(movePostsOf(held, { targets, day: '2027-07-01', idFor }).posts).toMatchObject([{ id: 'p', validTo: '2027-07-01' }, { id: 'q', primary: true, validTo: undefined }]);
  });
});
