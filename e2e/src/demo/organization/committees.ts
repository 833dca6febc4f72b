import { act, comesTrue, listAll, ok, rows, type Act, type Actor, type Json, type Stage } from './stage';

const people = { director: 'xs-staff-01', coordinator: 'xs-staff-20' } as const;
const firstYear = 2026;

const regionalUnits = ['区教育局', '区医院', '供电公司', '第一小学', '建设银行支行', '派出所', '司法所', '物流园', '消防救援站'];
const quarters = [
  { scheduled: '2026-03-18', due: '2026-04-17', delivered: '2026-04-10', themeZh: '关爱独居老人' },
  { scheduled: '2026-06-17', due: '2026-07-17', delivered: '2026-07-08', themeZh: '暑期青少年教育' },
  { scheduled: '2026-09-16', due: '2026-10-16', delivered: '2026-10-12', themeZh: '老旧小区消防通道' },
  // The last resolution is late, so that its clock speaks.
  { scheduled: '2026-12-16', due: '2026-12-31', delivered: '2027-01-08', themeZh: '冬季供暖与困难家庭' },
];

/** Two coverages, first half: nine units of the region under a rotating host, twenty-four of a community, a theme each quarter. */
export async function planCommittees(stage: Stage): Promise<Act[]> {
  const { narrator } = stage;
  const [director, coordinator] = [await stage.actor(people.director), await stage.actor(people.coordinator)];
  const regional = new Committee(stage, director);
  const joint = new Committee(stage, director);

  return [
    { day: '2026-01-05', play: () => found() },
    { day: '2026-02-26', play: () => holdCongress() },
    ...quarters.flatMap(({ scheduled, due, delivered, themeZh }): Act[] => [
      { day: scheduled, play: () => joint.hold(coordinator, { themeZh, resolutionDue: due }) },
      { day: delivered, play: () => joint.deliver(coordinator, delivered) },
    ]),
    { day: '2026-11-05', play: () => swap() },
    { day: '2027-01-04', play: () => handOver() },
  ];

  async function found(): Promise<void> {
    const units = await listAll(director, '/v1/units', 'units');
    const idOf = (code: string): unknown => units.find((unit) => unit['code'] === code)?.['id'];
    await regional.found({ kind: 'regional', unitId: units.find((unit) => unit['kind'] === 'subdistrict')?.['id'], nameZh: '兴胜区域党委', members: regionalUnits.map((nameZh, index) => ({ code: `regional-${index + 1}`, nameZh })) });
    await joint.found({
      kind: 'community_joint',
      unitId: idOf('xinyuan'),
      nameZh: '新园社区联合党委',
      members: Array.from({ length: 24 }, (_, index) => ({ code: `xinyuan-${index + 1}`, nameZh: `新园共建单位${index + 1}` })),
    });
    await regional.rotate();
    const { years } = await regional.rotation(firstYear, firstYear + 8);
    narrator.check(new Set(years.map((one) => one['hostId'])).size === 9, `轮值表：${firstYear} 至 ${firstYear + 8} 年九个单位各主办一次`);
    await joint.rotate();
  }

  async function holdCongress(): Promise<void> {
    await regional.hold(director, { themeZh: '区域党建年度代表会议', resolutionDue: undefined });
    const meetings = await listAll(director, `/v1/meetings?committeeId=${regional.id}`, 'meetings');
    narrator.check(meetings.length === 1 && meetings[0]?.['hostMemberUnitId'] === regional.members[0], `年度代表会议由轮值单位 ${regionalUnits[0]} 主办`);
  }

  async function swap(): Promise<void> {
    await regional.change('swapHosts', { year: firstYear + 1, otherYear: firstYear + 2, reasonCode: 'renovation' });
    const past = await director.change(`/v1/committees/${regional.id}:swapHosts`, regional.version, { year: firstYear, otherYear: firstYear + 3, reasonCode: 'late_wish' });
    narrator.check(past.status === 409, `已经开始的年份不得互换——${String(past.body['detail'])}（${past.status} ${String(past.body['code'])}）`);
    const { years, swaps } = await regional.rotation(firstYear, firstYear + 8);
    narrator.check(swaps.length === 1 && years[1]?.['hostId'] === regional.members[2] && years[2]?.['hostId'] === regional.members[1], '互换记录在案，两年的主办单位对调，没有单位落空');
  }

  async function handOver(): Promise<void> {
    await regional.change('handOver', { year: firstYear + 1 });
    const { years } = await regional.rotation(firstYear, firstYear + 1);
    narrator.check(years[1]?.['handedOverOn'] !== undefined && years[1]['hostId'] === regional.members[2], `轮值交接给 ${regionalUnits[2]}`);
    const held = await listAll(director, `/v1/meetings?committeeId=${joint.id}`, 'meetings');
    narrator.check(held.length === 4 && new Set(held.map((one) => one['themeZh'])).size === 4, '一年四次季度会议，每次一个主题');
    regional.follow();
    joint.follow();
  }
}

/** One committee on stage, with what was seen of it last. */
class Committee {
  readonly members: string[] = [];
  private seen: Json = {};
  private meeting: Json = {};

  constructor(
    private readonly stage: Stage,
    private readonly by: Actor,
  ) {}

  get id(): string {
    return String(this.seen['id']);
  }

  get version(): unknown {
    return this.seen['version'];
  }

  async found({ members, ...facts }: { kind: string; unitId: unknown; nameZh: string; members: readonly { code: string; nameZh: string }[] }): Promise<void> {
    for (const member of members) {
      const joined = ok(await this.by.create('/v1/member-units', { ...member, kind: 'institution', unitId: facts.unitId }));
      this.members.push(String(joined['id']));
    }
    this.seen = ok(await this.by.create('/v1/committees', { ...facts, size: members.length }));
    await this.change('takeSeats', { memberUnitIds: this.members });
    this.stage.narrator.tell(this.by.name, `${facts.nameZh}成立，${members.length} 个单位就任`);
  }

  rotate(): Promise<void> {
    return this.change('setRotation', { baseYear: firstYear, memberUnitIds: this.members });
  }

  async change(word: string, body: Json): Promise<void> {
    this.seen = await act(this.by, { path: `/v1/committees/${this.id}`, word, body });
  }

  async rotation(fromYear: number, toYear: number): Promise<{ years: readonly Json[]; swaps: readonly Json[] }> {
    const body = ok(await this.by.get(`/v1/committees/${this.id}/rotation?fromYear=${fromYear}&toYear=${toYear}`));
    return { years: rows(body, 'years'), swaps: rows(body, 'swaps') };
  }

  /** From the invitation to the resolution, on one day. */
  async hold(by: Actor, { themeZh, resolutionDue }: { themeZh: string; resolutionDue: string | undefined }): Promise<void> {
    const scheduled = { committeeId: this.id, themeZh, agenda: ['通报上次决议', themeZh], scheduledOn: this.stage.today(), hostMemberUnitId: this.members[0] };
    this.meeting = ok(await by.create('/v1/meetings', this.seen['kind'] === 'regional' ? { ...scheduled, hostMemberUnitId: undefined } : scheduled));
    await this.step(by, 'convene');
    await this.step(by, 'recordAttendance', { attendance: this.members.map((memberUnitId, index) => ({ memberUnitId, presence: index === 5 ? 'excused' : 'attended' })) });
    await this.step(by, 'recordMinutes', { minutes: `围绕“${themeZh}”逐项商议，形成一致意见。` });
    const resolutions = resolutionDue === undefined ? [] : [{ textZh: `落实“${themeZh}”`, ownerMemberUnitId: this.members[1], dueOn: resolutionDue }];
    await this.step(by, 'adoptResolutions', { resolutions });
    this.stage.narrator.tell(by.name, `开会：${themeZh}，${this.members.length - 1} 个单位到会，决议 ${resolutions.length} 项`);
  }

  /** The resolution of the last meeting; after its day its clock has said so. */
  async deliver(by: Actor, day: string): Promise<void> {
    const find = async (): Promise<Json> => rows(ok(await by.get(`/v1/resolutions?meetingId=${String(this.meeting['id'])}`)), 'resolutions')[0] ?? {};
    const due = String((await find())['dueOn']);
    if (due < day) this.stage.narrator.check(await comesTrue(async () => (await find())['overdueAt'] !== undefined), `决议 ${due} 到期未办结，时钟已提醒`);
    await act(by, { path: `/v1/resolutions/${String((await find())['id'])}`, word: 'deliver', body: { proof: '照片与签收单存档。' } });
    this.meeting = ok(await by.get(`/v1/meetings/${String(this.meeting['id'])}`));
    this.stage.narrator.check(this.meeting['state'] === 'resolutions_done', `“${String(this.meeting['themeZh'])}”的决议全部办结，会议随之了结`);
    this.stage.follow(this.meeting['id'], this.meeting['version']);
  }

  follow(): void {
    this.stage.follow(this.id, this.version);
  }

  private async step(by: Actor, word: string, body: Json = {}): Promise<void> {
    this.meeting = await act(by, { path: `/v1/meetings/${String(this.meeting['id'])}`, word, body });
  }
}
