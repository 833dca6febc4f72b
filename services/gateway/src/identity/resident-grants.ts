import type { Grant } from '@linli/auth';

/** What every resident may do with what is theirs, and read of the catalogue. No office grants or takes it away. */
export const residentGrants: readonly Grant[] = [
  {
    scope: 'self',
    unitPath: '',
    permissions: [
      'requests.item.read',
      'requests.case.submit',
      'requests.case.read',
      'requests.case.supply_material',
      'requests.case.withdraw',
      'requests.case.rate',
      'requests.case.reopen',
      'requests.mandate.sign',
      'requests.mandate.revoke',
      'requests.mandate.read',
      'residents.person.read',
      'residents.person.update',
      'residents.person.accesses',
      'residents.person.reveal',
      'organization.booking.create',
      'organization.booking.cancel',
      'organization.booking.read',
      'organization.topic.raise',
      'organization.topic.read',
      'organization.decision.read',
      'organization.decision.vote',
      'organization.publication.object',
      'organization.publication.objections',
      'organization.job.apply',
      'organization.job.applications',
      'thread.read',
      'work.queue.read',
    ],
  },
];
