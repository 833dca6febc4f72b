/**
 * The time that a process goes by. With a start (ISO 8601 with its zone) it is a simulated one that begins there and runs on
 * at the usual speed; without, the real one. For development only: configuration refuses a start in production.
 */
export function clockFrom(start: string): () => Date {
  if (start === '') return () => new Date();
  const ahead = Date.parse(start) - Date.now();
  return () => new Date(Date.now() + ahead);
}
