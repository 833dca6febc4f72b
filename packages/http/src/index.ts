export { type BytesBody } from './bytes-body';
export { createHttpApp, type HttpApp, type HttpAppOptions, type Route } from './create-http-app';
export { parseJson } from './json-body';
export { type RequestContext } from './observe';
export { languageOf, sendProblem, statusOf, type Language, type Problem, type Render } from './problem';
export { checkOf, readiness, startSideServer, type ReadyCheck, type SideServer, type SideServerOptions } from './side-server';
