import path from 'node:path';
import { testSchema } from '@linli/testing';
import { migrations } from '../src/index';

testSchema({ name: 'requests', migrations, snapshot: path.join(__dirname, '../schema.snapshot') });
