import { testTenantIsolation } from '@linli/testing';
import { migrations } from '../src/index';

testTenantIsolation({ name: 'requests', migrations });
