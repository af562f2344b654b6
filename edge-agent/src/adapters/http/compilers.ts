import SerializerSelector from '@fastify/fast-json-stringify-compiler';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';

/** What makes functions of the schemas of routes. Loaded with the first request: starting needs none. */
export const buildSerializer = SerializerSelector();
export const validatorOf = TypeBoxValidatorCompiler;
