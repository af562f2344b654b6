/**
 * The certificate library, loaded when a certificate is to be made: it takes a tenth of a second and
 * 20 MB, and most starts of the agent make none.
 */
export async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}
