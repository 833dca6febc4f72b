import { createServer, type AddressInfo } from 'node:net';

/** A port of 127.0.0.1 that is free now. Somebody else may take it before it is used; whoever starts a server on it sees that it did. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
