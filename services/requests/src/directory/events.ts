import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { wireEnum } from '@linli/grpc';
import type { EventHandlers, IncomingEvent } from '@linli/messaging';
import type { Deps } from '../deps';
import { causeOf, refreshDuty, type DutyCause, type OnStaffChanged } from './duty';
import type { StaffDuty } from './rules';
import { setTimer } from '../timers/store';
import {
  closeUnit,
  endCoordinator,
  findStaff,
  findSuccession,
  lockDirectory,
  saveCoordinator,
  saveStaff,
  saveSuccessor,
  saveUnits,
  unitKinds,
  type Succession,
} from './store';

interface DirectoryHooks {
  readonly onStaffChanged: OnStaffChanged;
  readonly onUnitSucceeded: OnUnitSucceeded;
}

/** Told when a unit has closed and another takes over; says how much it moved. Runs in the transaction of that change. */
export type OnUnitSucceeded = (tx: Tx, succession: Succession) => Promise<number>;

type StaffEvent = IncomingEvent<{ staff: organization.StaffState | undefined }>;

/** The consumer's handlers by event type: units, and who is on duty. Each event carries the whole state it tells of. */
export function directoryHandlers(deps: Pick<Deps, 'now'>, { onStaffChanged, onUnitSucceeded }: DirectoryHooks): EventHandlers {
  function staffHandler(cause: DutyCause) {
    return async (tx: Tx, event: StaffEvent): Promise<void> => {
      const { staff } = event.payload;
      if (staff === undefined) return;
      await beginChange(tx);
      if (await saveStaff(tx, dutyOf(staff), event.version)) {
        await refreshDuty(tx, { staffId: staff.staffId, cause, now: deps.now() }, onStaffChanged);
      }
    };
  }

  async function coordinatorChanged(tx: Tx, staffId: string): Promise<void> {
    await refreshDuty(tx, { staffId, cause: 'partner_changed', now: deps.now() }, onStaffChanged);
  }

  async function succeeded(tx: Tx, { unitId, successorId, successorPath }: Pick<organization.UnitClosed, 'unitId' | 'successorId' | 'successorPath'>): Promise<void> {
    if (successorId === '') return;
    await saveSuccessor(tx, unitId, { id: successorId, path: successorPath });
    const succession = await findSuccession(tx, unitId);
    if (succession === undefined) return;
    await onUnitSucceeded(tx, succession);
    await lookAgain(deps, tx, unitId);
  }

  const kinds = wireEnum('UNIT_KIND', organization.UnitKind, unitKinds);
  function unitOf({ payload, version }: IncomingEvent<organization.UnitCreated>, validTo: string) {
    const { unitId, path, kind, code } = payload;
    return { id: unitId, path, kind: kinds.fromWire(kind, 'kind'), code, validTo: validTo === '' ? undefined : validTo, version };
  }
  const type = (name: string) => `linli.organization.v1.${name}`;
  return {
    [type('UnitCreated')]: {
      all: (tx, events: readonly IncomingEvent<organization.UnitCreated>[]) => saveUnits(tx, events.map((event) => unitOf(event, ''))),
    },
    [type('UnitRestated')]: {
      async all(tx, events: readonly IncomingEvent<organization.UnitRestated>[]) {
        await saveUnits(tx, events.map((event) => unitOf(event, event.payload.validTo)));
        // For a reader that missed the closing itself.
        for (const { payload } of events) await succeeded(tx, payload);
      },
    },
    [type('UnitClosed')]: async (tx, event: IncomingEvent<organization.UnitClosed>) => {
      await closeUnit(tx, event.payload.unitId, { validTo: event.payload.validTo, version: event.version });
      await succeeded(tx, event.payload);
    },
    [type('StaffCreated')]: staffHandler('return'),
    [type('StaffUpdated')]: staffHandler('return'),
    [type('StaffDeactivated')]: staffHandler('deactivated'),
    [type('AbsenceStarted')]: staffHandler('absence'),
    [type('AbsenceEnded')]: staffHandler('return'),
    [type('PartnerSet')]: staffHandler('partner_changed'),
    [type('PostAssigned')]: staffHandler('return'),
    [type('PostEnded')]: staffHandler('return'),
    [type('PostsMoved')]: staffHandler('return'),
    [type('StaffRestated')]: async (tx, event: StaffEvent) => {
      const { staff } = event.payload;
      if (staff !== undefined) await staffHandler(causeOf(dutyOf(staff), deps.now()))(tx, event);
    },
    [type('RoleGranted')]: async (tx, event: IncomingEvent<organization.RoleGranted>) => {
      const { grantId, principalId, role, principalKind } = event.payload;
      if (role !== 'coordinator' || principalKind !== organization.PrincipalKind.PRINCIPAL_KIND_STAFF) return;
      await beginChange(tx);
      await saveCoordinator(tx, { grantId, staffId: principalId, revoked: false }, event.version);
      await coordinatorChanged(tx, principalId);
    },
    [type('GrantRestated')]: async (tx, event: IncomingEvent<organization.GrantRestated>) => {
      const { grantId, principalId, role, principalKind, revoked } = event.payload;
      if (role !== 'coordinator' || principalKind !== organization.PrincipalKind.PRINCIPAL_KIND_STAFF) return;
      await beginChange(tx);
      await saveCoordinator(tx, { grantId, staffId: principalId, revoked }, event.version);
      await coordinatorChanged(tx, principalId);
    },
    [type('GrantRevoked')]: async (tx, event: IncomingEvent<organization.GrantRevoked>) => {
      await beginChange(tx);
      const staffId = await endCoordinator(tx, event.payload.grantId, event.version);
      if (staffId !== undefined) await coordinatorChanged(tx, staffId);
    },
  };
}

/** For the timer sweep: an absence begins or ends at its time. */
export function dutyTimer(deps: Pick<Deps, 'now'>, { onStaffChanged }: Pick<DirectoryHooks, 'onStaffChanged'>): (tx: Tx, staffId: string) => Promise<void> {
  return async (tx, staffId) => {
    await beginChange(tx);
    const staff = await findStaff(tx, staffId);
    if (staff === undefined) return;
    const now = deps.now();
    await refreshDuty(tx, { staffId, cause: causeOf(staff, now), now }, onStaffChanged);
  };
}

/** For the timer sweep: what came to a unit while it was being closed, filed by somebody who had seen it open. */
export function successionTimer(deps: Pick<Deps, 'now'>, { onUnitSucceeded }: Pick<DirectoryHooks, 'onUnitSucceeded'>): (tx: Tx, unitId: string) => Promise<void> {
  return async (tx, unitId) => {
    const succession = await findSuccession(tx, unitId);
    if (succession === undefined) return;
    const moved = await onUnitSucceeded(tx, succession);
    if (moved > 0) await lookAgain(deps, tx, unitId);
  };
}

const stragglersMs = 600_000;

async function lookAgain(deps: Pick<Deps, 'now'>, tx: Tx, unitId: string): Promise<void> {
  await setTimer(tx, { kind: 'succession', subjectId: unitId }, new Date(deps.now().getTime() + stragglersMs));
}

/** One writer at a time; against people, whose use cases lock a case first and then an agent, we are the one that gives way. */
async function beginChange(tx: Tx): Promise<void> {
  await lockDirectory(tx);
  await tx.raw(`select set_config('lock_timeout', '250ms', true)`);
}

function dutyOf(staff: organization.StaffState): StaffDuty {
  return {
    id: staff.staffId,
    active: staff.active,
    partnerId: staff.partnerId === '' ? undefined : staff.partnerId,
    absences: staff.absences.flatMap(({ from, until, standInId }) => (from === undefined ? [] : [{ from, until, standInId: standInId === '' ? undefined : standInId }])),
    posts: staff.posts.map(({ unitPath, primary }) => ({ unitPath, primary })),
  };
}
