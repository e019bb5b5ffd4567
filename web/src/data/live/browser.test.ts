import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openStream } from './browser'

class Source extends EventTarget {
  static last: Source
  isClosed = false
  constructor() {
    super()
    Source.last = this
  }
  close(): void {
    this.isClosed = true
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', Source)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function opened() {
  const seen = { hints: 0, errors: 0 }
  const stream = openStream(['e/p'], {
    onOpen: () => undefined,
    onHint: () => seen.hints++,
    onError: () => seen.errors++,
  })
  const say = (type: string, data = '{}') => Source.last.dispatchEvent(new MessageEvent(type, { data }))
  return { seen, stream, say }
}

describe('the event stream of a browser', () => {
  it('is given up when a server that pings falls silent', () => {
    const { seen, say } = opened()
    say('ping')
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(15_000)
      say(i % 2 ? 'ping' : 'message')
    }
    expect(seen).toEqual({ hints: 5, errors: 0 })
    vi.advanceTimersByTime(46_000)
    expect(seen.errors).toBe(1)
  })

  it('is never given up for silence by a server that has not pinged', () => {
    const { seen, say } = opened()
    say('message')
    vi.advanceTimersByTime(600_000)
    expect(seen.errors).toBe(0)
  })

  it('says nothing more after it is closed', () => {
    const { seen, stream, say } = opened()
    say('ping')
    stream.close()
    vi.advanceTimersByTime(600_000)
    expect(seen.errors).toBe(0)
    expect(Source.last.isClosed).toBe(true)
  })
})
