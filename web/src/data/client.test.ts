import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError, api, apiUrl, onUnauthorised, pathOf } from './client'

function answer(body: string, init: ResponseInit): void {
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => new Response(body, init)),
  )
}

afterEach(() => vi.unstubAllGlobals())

describe('the client', () => {
  it('puts names with any character into one path segment', () => {
    expect(pathOf('helix lab', 'a/b')).toBe('helix%20lab/a%2Fb')
  })

  it('keeps the place the application is served from', () => {
    const base = document.createElement('base')
    base.href = 'http://localhost/tools/assay/'
    document.head.append(base)
    expect(apiUrl('/projects', { limit: 5, cursor: '' })).toBe('http://localhost/tools/assay/api/v1/projects?limit=5')
    base.remove()
  })

  it('turns a problem document into an error with its code, text and id', async () => {
    const problem = {
      code: 'invalid_filter',
      title: 'Bad filter',
      status: 422,
      detail: 'no',
      id: 'r-1',
      fields: { at: 7 },
    }
    answer(JSON.stringify(problem), { status: 422 })
    const error = await api.post('runs/query', {}).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      code: 'invalid_filter',
      status: 422,
      id: 'r-1',
      fields: { at: 7 },
      isTransient: false,
    })
  })

  it('says what can be said when a proxy answers with a page of its own', async () => {
    answer('<html>Bad Gateway</html>', { status: 502, statusText: 'Bad Gateway' })
    await expect(api.get('projects')).rejects.toMatchObject({
      status: 502,
      detail: 'Bad Gateway (HTTP 502).',
      isTransient: true,
    })
  })

  it('names an unreachable server, and what is safe', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => Promise.reject(new TypeError('Failed to fetch'))),
    )
    await expect(api.get('projects')).rejects.toMatchObject({
      code: 'server_unreachable',
      status: 0,
      isTransient: true,
    })
  })

  it('tells whoever listens that the session is over', async () => {
    answer(JSON.stringify({ code: 'not_signed_in', title: 'Not signed in' }), { status: 401 })
    const seen: string[] = []
    const stop = onUnauthorised(error => seen.push(error.code))
    await api.get('me').catch(() => undefined)
    stop()
    await api.get('me').catch(() => undefined)
    expect(seen).toEqual(['not_signed_in'])
  })
})
