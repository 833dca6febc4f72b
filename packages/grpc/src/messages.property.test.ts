import fc from 'fast-check';
import * as contracts from '@linli/contracts';
import { METHODS } from '@linli/contracts';

interface MessageType {
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  fromJSON(value: unknown): unknown;
  toJSON(message: unknown): unknown;
}

interface Definition {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, { readonly name: string; readonly requestType: MessageType; readonly responseType: MessageType }>>;
}

function isDefinition(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null && 'fullName' in value && 'methods' in value;
}

const definitions = [contracts.organization, contracts.requests, contracts.residents, contracts.thread, contracts.work].flatMap((names) => Object.values(names)).filter(isDefinition);
const methods = definitions.flatMap(({ fullName, methods: each }) => Object.values(each).map((method) => [`/${fullName}/${method.name}`, method] as const));

// A tag byte of each field and wire type before random ones: what is nearly a message comes further than noise.
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 7 }), fc.uint8Array({ maxLength: 12 })), { maxLength: 6 }).map((fields) =>
    Uint8Array.from(fields.flatMap(([field, wire, rest]) => [(field << 3) | wire, ...(wire === 2 ? [rest.length] : []), ...rest])),
  ),
);

/** A message that cannot be read is an Error of the reader, which the server answers with a status; nothing else comes out. */
function tryDecode(type: MessageType, sent: Uint8Array): unknown {
  try {
    return type.decode(sent);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(TypeError);
    return undefined;
  }
}

function holdsInvalidDate(message: unknown): boolean {
  if (message instanceof Date) return Number.isNaN(message.getTime());
  return typeof message === 'object' && message !== null && !(message instanceof Uint8Array) && Object.values(message).some(holdsInvalidDate);
}

it('every method that is declared is looked at', () => {
  expect(methods.map(([name]) => name).sort()).toEqual(Object.keys(METHODS).sort());
});

describe.each(methods)('%s', (_name, { requestType }) => {
  it('reads any bytes into its message or an error, and the message into the same message', () => {
    fc.assert(
      fc.property(bytes, (sent) => {
        const message = tryDecode(requestType, sent);
        if (message === undefined || holdsInvalidDate(message)) return;
        const again = requestType.decode(requestType.encode(message).finish());
        expect(again).toEqual(message);
        expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
      }),
      { numRuns: 60 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
