/** Who stands for each role: somebody of the fixture, but for those in `hired`. Xinyuan is the community and civil affairs the department that is "their own". */
export const people = {
  director: 'xs-staff-01',
  clerk: 'xs-staff-14',
  agent: 'xs-staff-16',
  handler: 'xs-staff-08',
  coordinator: 'xs-staff-20',
  site_leader: 'hired-site-leader',
  party_affairs: 'hired-party-affairs',
  system_admin: 'xs-staff-03',
  security_admin: 'xs-staff-04',
  audit_admin: 'xs-staff-05',
  peer_reader: 'xs-client-01',
  resident: 'xs-resident-01',
} as const;

export type Role = keyof typeof people;

/** Roles that nobody of the fixture holds alone, and the scope in which somebody new is given them. */
export const hired = { site_leader: 'self', party_affairs: 'tenant' } as const satisfies Partial<Record<Role, string>>;

/** Whose the thing is that a request is about, as the clerk, the agent, the coordinator, the site leader, the department and the resident see it. */
export const ownerships = ['own', 'same unit', 'other unit', 'other office', 'nobody'] as const;

export type Ownership = (typeof ownerships)[number];

/** The fixture's names of what each ownership means; `nobody` is ids that were never given out. */
export const places = {
  own: { resident: 'xs-resident-01', agent: 'xs-staff-16', clerk: 'xs-staff-14', unit: 'xinyuan-g01', item: 'elder-allowance' },
  'same unit': { resident: 'xs-resident-02', agent: 'xs-staff-18', clerk: 'xs-staff-14', unit: 'xinyuan-g04', item: 'elder-allowance' },
  'other unit': { resident: 'xs-resident-03', agent: 'xs-staff-23', clerk: 'xs-staff-21', unit: 'binhe-g01', item: 'pension-claim' },
  'other office': { resident: 'bh-resident-01', agent: 'bh-staff-04', clerk: 'bh-staff-03', unit: 'nanyuan-g01', item: 'elder-allowance' },
} as const satisfies Record<Exclude<Ownership, 'nobody'>, object>;
