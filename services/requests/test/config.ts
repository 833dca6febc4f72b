/** `UPDATE_SNAPSHOT=1` writes the committed schema anew. */
export function updatesSnapshot(): boolean {
  return process.env['UPDATE_SNAPSHOT'] === '1';
}
