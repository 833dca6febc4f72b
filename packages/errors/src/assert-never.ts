import { internal } from './constructors';

/** Makes an unhandled member of a union a compile error, and a loud run-time error where types were circumvented. */
export function assertNever(value: never): never {
  throw internal('UNREACHABLE', `unhandled value of type ${typeof value}`);
}
