import { run } from '@linli/runtime';
import { createApp } from './app';
import { readServiceConfig } from './config';

run('residents', () => createApp(readServiceConfig(process.env)));
