import { PROBLEM_TYPE, problemOf } from '@holdfast/shared/api/problem';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { FaultCode } from '@holdfast/shared/errors/table';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { SiteLog } from '../../site/log.ts';

const BY_STATUS: Readonly<Record<number, FaultCode>> = {
  400: 'invalid-input',
  401: 'not-logged-in',
  403: 'forbidden',
  404: 'not-found',
  413: 'too-large',
  415: 'invalid-input',
  429: 'too-many-requests',
};

/** Answers with a problem document (design §8). */
export function sendProblem(
  reply: FastifyReply,
  ...of: Parameters<typeof problemOf>
): FastifyReply {
  const problem = problemOf(...of);
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
}

/** Which fields, and what is wrong with each; `boolean` only repeats `additionalProperties`. */
function fieldErrors(error: FastifyError) {
  return error.validation
    ?.filter(({ keyword }) => keyword !== 'boolean')
    .map(({ instancePath, message }) => ({
      path: `${error.validationContext ?? 'body'}${instancePath.replaceAll('/', '.')}`,
      message: message ?? 'does not fit',
    }));
}

/** Every error leaves as problem+json in words of the user's job; bugs are logged and say no more. */
export function problemAnswers(app: FastifyInstance, log: SiteLog): void {
  app.setErrorHandler((error: FastifyError | FaultError, request, reply) => {
    if (error instanceof FaultError) return sendProblem(reply, error.code, error.message);
    const code = BY_STATUS[error.statusCode ?? 500];
    if (code === undefined) {
      log.error({ err: error, url: request.url }, 'api-failed');
      return sendProblem(reply, 'internal');
    }
    return sendProblem(reply, code, error.message, fieldErrors(error));
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, 'not-found'));
}
