import { processOf, type SimulatedProcess } from '@linli/testing';
import { tenantOf } from '@linli/db';
import type { OutboxStore } from '../../src/outbox-store';
import type { GroupMember } from '../../src/group-reader';
import { partitions } from './kafka-fault';
import type { Ports, Spoil, World } from './world';

/** A port that is broken in a way that others shipped, and what the checker must say of it. */
export interface FaultyPort {
  readonly name: string;
  readonly says: RegExp;
  readonly spoil: Spoil;
}

function spoilOutbox(changes: (world: World, process: SimulatedProcess) => Partial<OutboxStore>): Spoil {
  return (ports, world, process) => ({ ...ports, relay: { ...ports.relay, outbox: { ...ports.relay.outbox, ...changes(world, process) } } });
}

function spoilInbox(changes: (world: World, process: SimulatedProcess) => Partial<Ports['consumer']['inbox']>): Spoil {
  return (ports, world, process) => ({ ...ports, consumer: { ...ports.consumer, inbox: { ...ports.consumer.inbox, ...changes(world, process) } } });
}

function spoilMember(change: (member: GroupMember) => GroupMember): Spoil {
  return (ports) => ({ ...ports, consumer: { ...ports.consumer, openKafka: (options) => ({ consumer: (config) => change(ports.consumer.openKafka(options).consumer(config)) }) } });
}

export const faultyPorts: readonly FaultyPort[] = [
  {
    name: 'a producer that does not wait for the acknowledgement',
    says: /deleted before the acknowledgement/,
    spoil: (ports) => ({
      ...ports,
      relay: {
        ...ports.relay,
        openProducer: (options) => {
          const producer = ports.relay.openProducer(options);
          return {
            ...producer,
            sendBatch: (batch) => {
              void producer.sendBatch(batch).catch(() => undefined);
              return Promise.resolve([]);
            },
          };
        },
      },
    }),
  },
  {
    name: 'a delete that does not look at the owner and its epoch',
    says: /no longer owns the lane/,
    spoil: spoilOutbox(({ tables }) => ({
      deletePublished: (knex, { owner, lanes }, ids) =>
        tables.database.alone(processOf(knex), 'delete unfenced', (session) => {
          const found = session.rows(tables.outbox).filter(([, event]) => ids.includes(event.id));
          for (const [id, event] of found) {
            const believed = lanes.find(({ lane }) => lane === event.lane);
            tables.onDelete(event, believed !== undefined && tables.owns(session, { owner, ...believed }));
            session.delete(tables.outbox, id);
          }
          return found.length;
        }),
    })),
  },
  {
    name: 'a cursor on the id instead of the rows that wait',
    says: /stuck/,
    spoil: (ports, world, process) => {
      let last = 0;
      return spoilOutbox(({ tables }) => ({
        readBatch: async (knex, lanes, limit) => (await tables.outboxStore.readBatch(knex, lanes, limit)).filter(({ id }) => id > last),
        deletePublished: async (knex, owner, ids) => {
          last = Math.max(last, ...ids);
          return tables.outboxStore.deletePublished(knex, owner, ids);
        },
      }))(ports, world, process);
    },
  },
  {
    name: 'a relay that reads what is not committed yet',
    says: /phantom|order:/,
    spoil: spoilOutbox(({ tables }) => ({
      readBatch: async (knex, lanes, limit) => {
        const dirty = tables.database.uncommitted(tables.outbox).filter(({ lane }) => lanes.includes(lane));
        const rows = await tables.outboxStore.readBatch(knex, lanes, limit);
        return [...rows, ...dirty.map((event) => ({ ...event, isBehindPoison: false }))];
      },
    })),
  },
  {
    name: 'poison that is set aside without the later events of its key',
    says: /order:/,
    spoil: spoilOutbox(({ tables }) => ({
      readBatch: async (knex, lanes, limit) => (await tables.outboxStore.readBatch(knex, lanes, limit)).map((row) => ({ ...row, isBehindPoison: false })),
      setAside: (knex, _owner, { row, reason }) =>
        tables.database.alone(processOf(knex), 'set aside alone', (session) => {
          const event = session.get(tables.outbox, String(row.id));
          if (event === undefined) return 0;
          session.delete(tables.outbox, String(row.id));
          session.put(tables.poison, String(row.id), { ...event, reason });
          return 1;
        }),
    })),
  },
  {
    name: 'an offset that is committed before the effect',
    says: /before it was settled/,
    spoil: spoilMember((member) => ({
      ...pass(member),
      run: (config) =>
        member.run({
          ...config,
          eachBatch: async (payload) => {
            const { topic, partition } = payload.batch;
            const next = String(Number(payload.batch.lastOffset()) + 1);
            await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: next }] }] });
            await config?.eachBatch?.(payload);
          },
        }),
    })),
  },
  {
    name: 'a reader that hears nothing of rebalances',
    says: /moved back|no longer owns it/,
    spoil: spoilMember((member) => {
      let isDeaf = false;
      const on = (event: string, listener: (happened: object) => void): (() => void) =>
        member.on(member.events.GROUP_JOIN, (joined) => {
          if (isDeaf || event !== member.events.GROUP_JOIN) return;
          isDeaf = true;
          listener({ ...joined, payload: { memberAssignment: everything(joined.payload.memberAssignment) } });
        });
      return { ...pass(member), on: on as GroupMember['on'] };
    }),
  },
  {
    name: 'a reader that takes what was fetched before a rebalance',
    says: /moved back|no longer owns it/,
    spoil: spoilMember((member) => {
      const on = (event: string, listener: (happened: object) => void): (() => void) =>
        event === member.events.GROUP_JOIN
          ? member.on(member.events.GROUP_JOIN, ({ payload, ...joined }) => listener({ ...joined, payload: { memberAssignment: everything(payload.memberAssignment) } }))
          : member.on(event as typeof member.events.CRASH, listener);
      return { ...pass(member), on: on as GroupMember['on'] };
    }),
  },
  {
    name: 'a mark of its own transaction, before the effect',
    says: /before it was settled|stuck|gap/,
    spoil: spoilInbox(({ tables }, process) => ({
      once: (tx, consumer, eventId) =>
        tables.database.alone(process, 'once alone', (session) => session.insert(tables.processed, `${tenantOf(tx)} ${consumer} ${eventId}`, true)),
    })),
  },
  {
    name: 'marks of several events in a transaction of their own, before the effects',
    says: /before it was settled|stuck|gap/,
    spoil: spoilInbox(({ tables }, process) => ({
      onceEach: (tx, consumer, eventIds) =>
        tables.database.alone(process, 'once each alone', (session) =>
          eventIds.filter((id) => session.insert(tables.processed, `${tenantOf(tx)} ${consumer} ${id}`, true)),
        ),
    })),
  },
  {
    name: 'no marks of several events',
    says: /doubled/,
    spoil: spoilInbox(({ tables }) => ({ onceEach: (tx, consumer, eventIds) => tables.inboxStore.onceEach(tx, consumer, eventIds).then(() => eventIds) })),
  },
  {
    name: 'a parked key that holds nothing back of several events',
    says: /gap|reordered/,
    spoil: spoilInbox(() => ({ findParkedKeys: () => Promise.resolve([]) })),
  },
  {
    name: 'no mark at all',
    says: /doubled/,
    spoil: spoilInbox(({ tables }) => ({ once: (tx, consumer, eventId) => tables.inboxStore.once(tx, consumer, eventId).then(() => true) })),
  },
  {
    name: 'a parked key that holds nothing back',
    says: /gap|reordered/,
    spoil: spoilInbox(() => ({ isParked: () => Promise.resolve(false) })),
  },
  {
    name: 'an event given up without a mark',
    says: /raised from the dead/,
    spoil: (ports, { tables }) => {
      tables.marksDiscarded = false;
      return ports;
    },
  },
];

/** As if all partitions were the member's own. */
function everything(assignment: Readonly<Record<string, readonly number[]>>): Record<string, number[]> {
  return Object.fromEntries(Object.keys(assignment).map((topic) => [topic, Array.from({ length: partitions }, (_, partition) => partition)]));
}

function pass(member: GroupMember): GroupMember {
  return {
    events: member.events,
    on: (...args: Parameters<GroupMember['on']>) => member.on(...args),
    connect: () => member.connect(),
    subscribe: (topics) => member.subscribe(topics),
    run: (config) => member.run(config),
    seek: (place) => member.seek(place),
    disconnect: () => member.disconnect(),
  };
}
