/** What a role gives its holder, and where. `unitPath` is '' for the scopes that need no unit. */
export interface Grant {
  readonly permissions: readonly string[];
  readonly scope: 'self' | 'unit' | 'subtree' | 'tenant';
  readonly unitPath: string;
}

/** On whose behalf something is done. Made by the gateway from a verified token, or by a system job for itself. */
export interface Caller {
  readonly tenantId: string;
  readonly subject: string;
  readonly kind: 'staff' | 'resident' | 'client' | 'system';
  readonly grants: readonly Grant[];
  readonly language: 'zh-CN' | 'en';
  readonly sessionId?: string;
}

export const callerKinds = ['staff', 'resident', 'client', 'system'] as const satisfies readonly Caller['kind'][];
export const grantScopes = ['self', 'unit', 'subtree', 'tenant'] as const satisfies readonly Grant['scope'][];
export const languages = ['zh-CN', 'en'] as const satisfies readonly Caller['language'][];

/** A job of ours acting in one tenant with exactly the permissions it names. */
export function systemCaller(tenantId: string, name: string, permissions: readonly string[]): Caller {
  return {
    tenantId,
    subject: `system:${name}`,
    kind: 'system',
    grants: [{ permissions, scope: 'tenant', unitPath: '' }],
    language: 'zh-CN',
  };
}
