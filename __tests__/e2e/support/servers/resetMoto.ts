/**
 * Takes everything from every account of a moto, the credentials of assumed roles too.
 *
 * Source: https://docs.getmoto.org/en/latest/docs/server_mode.html#reset-api
 */
export async function resetMoto(endpoint: string): Promise<void> {
  const answer = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`moto at ${endpoint} is not reset: ${answer.status} ${said}`);
}
