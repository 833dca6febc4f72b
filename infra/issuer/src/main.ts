import { run } from '@linli/runtime';
import { createApp } from './app';
import { readIssuerConfig } from './config';

run('issuer', () => Promise.resolve(createApp(readIssuerConfig(process.env))));
