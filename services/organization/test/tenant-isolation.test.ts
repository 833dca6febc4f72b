import { testTenantIsolation } from '@linli/testing';
import { migrations } from '../src/index';

// Every kind of statement on every table, one after the other: the service has half a hundred.
jest.setTimeout(60_000);

testTenantIsolation({ name: 'organization', migrations });
