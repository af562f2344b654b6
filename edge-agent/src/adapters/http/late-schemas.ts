import type { FastifyServerOptions, onRequestAsyncHookHandler } from 'fastify';

type Compilers = typeof import('./compilers.ts');
type Factory = NonNullable<
  NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']
>;
type ValidatorCompiler = Compilers['validatorOf'];
type BuildSerializer = NonNullable<Factory['buildSerializer']>;

/**
 * Schemas of routes that are compiled when their first request comes: there are many routes, and a
 * start that compiled all of them would take a third longer and keep what a quiet agent never uses.
 */
export interface LateSchemas {
  readonly compilersFactory: Factory;
  readonly validatorCompiler: ValidatorCompiler;
  /** Belongs before every request. */
  readonly load: onRequestAsyncHookHandler;
}

export function lateSchemas(): LateSchemas {
  let compilers: Compilers | undefined;
  const loaded = (): Compilers => {
    if (compilers === undefined) throw new TypeError('a request without its hook');
    return compilers;
  };
  const validatorCompiler: ValidatorCompiler = (route) => {
    let check: ReturnType<Compilers['validatorOf']> | undefined;
    return (value) => {
      check ??= loaded().validatorOf(route);
      return check(value);
    };
  };
  /** Never asked, for the server has a compiler; but without it the server would load its own. */
  const buildValidator = (): never => {
    throw new TypeError('the server has a compiler');
  };
  const buildSerializer: BuildSerializer = (external, options) => {
    let compile: ReturnType<Compilers['buildSerializer']> | undefined;
    return (route) => {
      let serialize: ((data: unknown) => string) | undefined;
      return (data) => {
        compile ??= loaded().buildSerializer(external, options);
        serialize ??= compile(route);
        return serialize(data);
      };
    };
  };
  return {
    compilersFactory: { buildValidator, buildSerializer },
    validatorCompiler,
    load: async () => {
      compilers ??= await import('./compilers.ts');
    },
  };
}
