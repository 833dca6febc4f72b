import { run } from '@linli/runtime';
import { createApp } from './app';
import { readServiceConfig } from './config';

run('residents', async () => createApp(readServiceConfig(process.env)));
