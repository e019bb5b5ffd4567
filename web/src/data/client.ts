/**
 * The one place that talks HTTP to the server. Everything else asks through `api`; nothing else calls `fetch`.
 *
 * Paths are relative to `/api/v1` of wherever the application was served from (`<base href>` carries a path prefix).
 * Failures are `ApiError`: what the server said (RFC 9457), or that it could not be reached.
 */

export interface ProblemBody {
  code?: string
  title?: string
  status?: number
  detail?: string
  id?: string
  fields?: Record<string, unknown>
}

/** `id` finds the request in the server's log. `status` 0: no answer came. `fields`: the values behind the text. */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly id: string
  readonly fields: Record<string, unknown>

  constructor(problem: ProblemBody, options?: ErrorOptions) {
    super(problem.detail || problem.title || 'The request failed', options)
    this.name = 'ApiError'
    this.code = problem.code ?? 'error'
    this.status = problem.status ?? 0
    this.title = problem.title ?? 'The request failed'
    this.detail = problem.detail ?? ''
    this.id = problem.id ?? ''
    this.fields = problem.fields ?? {}
  }

  /** True when trying the same again later may succeed without anybody changing anything. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502
  }
}

/** A list stands in the address once for each of its values. */
export type QueryValue = string | number | boolean | readonly string[] | null | undefined

export interface RequestOptions {
  query?: Record<string, QueryValue>
  signal?: AbortSignal
  /** In place of JSON.parse. */
  parse?: (text: string) => unknown
}

const ARROW_STREAM = 'application/vnd.apache.arrow.stream'

/** The full address of an API path such as `/projects`. */
export function apiUrl(path: string, query: Record<string, QueryValue> = {}): string {
  const url = new URL(`api/v1/${path.replace(/^\//, '')}`, document.baseURI)
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one))
  }
  return url.toString()
}

/** `["helix lab", "a/b"]` → `helix%20lab/a%2Fb`: names go into paths through this. */
export function pathOf(...names: string[]): string {
  return names.map(encodeURIComponent).join('/')
}

type Unauthorised = (error: ApiError) => void
const unauthorisedListeners = new Set<Unauthorised>()

/** Calls `listener` whenever the server no longer knows the session. Returns how to stop that. */
export function onUnauthorised(listener: Unauthorised): () => void {
  unauthorisedListeners.add(listener)
  return () => unauthorisedListeners.delete(listener)
}

async function send(
  method: string,
  path: string,
  accept: string,
  body: unknown,
  options: RequestOptions,
): Promise<Response> {
  const headers: Record<string, string> = { Accept: accept }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(apiUrl(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new ApiError(
      {
        code: 'server_unreachable',
        title: 'The server does not answer',
        detail:
          'The server does not answer. What you see stays; runs keep writing to their own disks and catch up by themselves.',
      },
      { cause },
    )
  }
  if (response.ok) return response
  const error = await errorOf(response)
  if (error.status === 401) for (const listener of unauthorisedListeners) listener(error)
  throw error
}

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '')
  let body: ProblemBody = {}
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null) body = parsed
  } catch {
    // A proxy's HTML page, not ours: the status line is all there is to tell.
  }
  const title = body.title || response.statusText || 'The request failed'
  return new ApiError({
    ...body,
    title,
    detail: body.detail || `${title} (HTTP ${response.status}).`,
    status: response.status,
  })
}

async function json<T>(method: string, path: string, body: unknown, options: RequestOptions): Promise<T> {
  const response = await send(method, path, 'application/json', body, options)
  if (response.status === 204 || response.headers.get('Content-Length') === '0') return undefined as T
  return (options.parse ? options.parse(await response.text()) : await response.json()) as T
}

export const api = {
  get: <T>(path: string, options: RequestOptions = {}): Promise<T> => json<T>('GET', path, undefined, options),
  post: <T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> =>
    json<T>('POST', path, body, options),
  put: <T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> =>
    json<T>('PUT', path, body, options),
  patch: <T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> =>
    json<T>('PATCH', path, body, options),
  delete: <T>(path: string, options: RequestOptions = {}): Promise<T> => json<T>('DELETE', path, undefined, options),

  /** The content behind a signed address of a run's file, as text. `name` is for what is said when it cannot be read. */
  fileText: async (url: string, name: string, options: { signal?: AbortSignal } = {}): Promise<string> => {
    const answer = await fetch(new URL(url.replace(/^\//, ''), document.baseURI), {
      credentials: 'same-origin',
      ...(options.signal ? { signal: options.signal } : {}),
    })
    if (answer.ok) return answer.text()
    throw new ApiError({
      code: 'file_unreadable',
      status: answer.status,
      title: `${name} could not be read`,
      detail: `The server answered ${answer.status}. The run keeps the file; its link may have become old: reload the page.`,
    })
  },

  /** The bytes of an Arrow IPC stream. */
  arrow: async (path: string, body: unknown, options: RequestOptions = {}): Promise<Uint8Array> => {
    const response = await send('POST', path, ARROW_STREAM, body, options)
    return new Uint8Array(await response.arrayBuffer())
  },

  /** The answer itself, to be read as it comes. */
  stream: (path: string, body: unknown, options: RequestOptions = {}): Promise<Response> =>
    send('POST', path, '*/*', body, options),
}
