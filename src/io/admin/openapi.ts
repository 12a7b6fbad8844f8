import { z } from 'zod'
import { adminError } from './admin-errors.ts'
import type { AdminRoute } from './admin-route.ts'

/** Words of the configuration's documents, which are none of JSON Schema. */
const ofSettings = ['clause', 'unit', 'byDefault', 'form']

function schemaOf(shape: z.ZodType): object {
  const schema = z.toJSONSchema(shape, {
    io: 'input',
    override({ jsonSchema }) {
      for (const name of ofSettings) Reflect.deleteProperty(jsonSchema, name)
    },
  })
  delete schema.$schema
  return schema
}

const json = (shape: z.ZodType, type = 'application/json') => ({
  content: { [type]: { schema: schemaOf(shape) } },
})

const pathOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}')

function parametersOf({ path, parameters }: AdminRoute) {
  return Object.entries<z.ZodType>(parameters.shape).map(([name, shape]) => {
    const inPath = path.includes(`:${name}`)
    return { name, in: inPath ? 'path' : 'query', required: inPath, schema: schemaOf(shape) }
  })
}

function operationOf(route: AdminRoute) {
  const { summary, role, body, answer, method } = route
  const refusals = { description: 'refused', ...json(adminError) }
  const status = method === 'POST' ? 201 : answer ? 200 : 204
  return {
    summary,
    description: `Role ${role} or higher.`,
    parameters: parametersOf(route),
    ...(body && {
      requestBody: {
        required: true,
        ...(body.form === 'json'
          ? json(body.schema)
          : { description: 'one record a line, all or none', ...json(body.schema, 'application/x-ndjson') }),
      },
    }),
    responses: {
      [status]: { description: 'done', ...(answer && json(answer)) },
      default: refusals,
    },
  }
}

/** The OpenAPI 3.1 document of these routes. */
export function openApiOf(title: string, routes: readonly AdminRoute[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes)
    (paths[pathOf(route.path)] ??= {})[route.method.toLowerCase()] = operationOf(route)
  return { openapi: '3.1.0', info: { title, version: '1' }, paths }
}
