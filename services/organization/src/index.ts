export { migrations } from '../migrations';
export { createApp, type OrganizationApp } from './app';
export { readServiceConfig, type ServiceConfig } from './config';
