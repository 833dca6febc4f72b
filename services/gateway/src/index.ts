export { migrations } from '../migrations';
export { createApp, type GatewayApp } from './app';
export { readServiceConfig, type ServiceConfig } from './config';
