import { testTenantIsolation } from '@linli/testing';
import { migrations } from '../src/index';

testTenantIsolation({ name: 'gateway', migrations });
