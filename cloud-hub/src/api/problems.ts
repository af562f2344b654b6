import { PROBLEM_TYPE, problemOf, problemOfError } from '@holdfast/shared/api/problem';
import type { FaultError } from '@holdfast/shared/errors/fault';
import type { FastifyError, FastifyInstance } from 'fastify';
import type { Log } from '../ports/log.ts';

/** Every error leaves as problem+json in words of the user's job; bugs are logged and say no more. */
export function problemAnswers(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError | FaultError, request, reply) => {
    const problem = problemOfError(error) ?? problemOf('internal');
    if (problem.code === 'internal') log.error({ err: error, url: request.url }, 'api-failed');
    return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
  });
  app.setNotFoundHandler((_request, reply) => {
    const problem = problemOf('not-found');
    return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
  });
}
