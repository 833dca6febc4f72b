import { stopServers } from './global-setup';

export default function globalTeardown(): void {
  stopServers();
}
