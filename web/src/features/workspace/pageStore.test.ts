import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Address, apart } from './address'
import { setPageSettings } from './edits'
import { PageStore } from './pageStore'
import { defaultView, type Patch, type ViewSpec } from './view'

const LONG: string[] = Array.from({ length: 100 }, (_, i) => `a-metric-of-some-length-${i}`)

/** A browser's history: entries, the place in it, and a page that follows. */
function browser(base: ViewSpec = defaultView()) {
  const entries: Address[] = [{}]
  let at = 0
  const kept = new Map<string, Patch>()
  const links = {
    isDown: false,
    keep: async (patch: Patch): Promise<string> => {
      if (links.isDown) throw new Error('down')
      const id = `k${kept.size + 1}`
      kept.set(id, patch)
      return id
    },
  }
  const store = new PageStore((address, { replace }) => {
    const entry = JSON.parse(JSON.stringify(address)) as Address
    entries.splice(replace ? at : ++at, entries.length, entry)
  }, links)
  const arrive = (): void => {
    const address = entries[at]!
    store.follow(address, base, undefined, address.s ? (kept.get(address.s) ?? null) : null)
  }
  arrive()
  return {
    store,
    links,
    arrive,
    address: () => entries[at]!,
    entryCount: () => entries.length,
    back: () => {
      at--
      arrive()
    },
    spec: () => store.state.getState().spec,
  }
}

describe('the page and its address', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('an edit is a step of the history, and Back takes it back', () => {
    const { store, address, arrive, back, spec } = browser()
    store.edit(now => setPageSettings(now, { x: 'time' }))
    arrive()
    expect(address()).toEqual({ x: 'time' })
    expect(spec().settings).toEqual({ x: 'time' })
    back()
    expect(spec()).toEqual(defaultView())
  })

  it('an edit on a run’s page is not taken back by the address of the one before', () => {
    const written: Address[] = []
    const store = new PageStore(address => written.push(address), { keep: async () => 'k' })
    const arrive = (address: Address): void =>
      store.follow(apart({ tab: 'charts', ...address }).own, defaultView(), undefined, null)
    arrive({})
    store.edit(now => setPageSettings(now, { x: 'time' }))
    store.edit(now => setPageSettings(now, { smoothing: { strength: 0.5 } }))
    arrive(written[0]!)
    expect(store.state.getState().spec.settings).toEqual({ x: 'time', smoothing: { strength: 0.5 } })
  })

  it('a drag is one step of the history and of undo', () => {
    const { store, entryCount, spec } = browser()
    for (let i = 1; i <= 5; i++)
      store.edit(now => setPageSettings(now, { smoothing: { strength: i / 10 } }), {
        label: 'smoothing',
        replace: i > 1,
      })
    expect(entryCount()).toBe(2)
    expect(store.undo()).toBe('smoothing')
    expect(spec()).toEqual(defaultView())
  })

  it('two edits before the browser hears of the first lose neither', () => {
    const { store, arrive, spec } = browser()
    store.edit(now => setPageSettings(now, { x: 'time' }))
    // The page renders once more with the address of before.
    store.follow({}, defaultView(), undefined, null)
    store.edit(now => setPageSettings(now, { buckets: 100 }))
    store.follow({ x: 'time' }, defaultView(), undefined, null)
    arrive()
    expect(spec().settings).toEqual({ x: 'time', buckets: 100 })
  })

  it('what comes from elsewhere and says the same keeps the same objects', () => {
    const { store, arrive, spec } = browser()
    store.edit(now => setPageSettings(now, { x: 'time' }))
    const before = spec()
    arrive()
    arrive()
    expect(spec()).toBe(before)
  })

  it('undo and redo walk every edit, over Back as well', () => {
    const { store, arrive, back, spec } = browser()
    for (const buckets of [1, 2, 3]) {
      store.edit(now => setPageSettings(now, { buckets }))
      arrive()
    }
    back()
    expect(spec().settings).toEqual({ buckets: 2 })
    store.undo()
    expect(spec().settings).toEqual({ buckets: 1 })
    store.undo()
    expect(spec()).toEqual(defaultView())
    expect(store.undo()).toBeNull()
    store.redo()
    expect(spec().settings).toEqual({ buckets: 1 })
  })

  it('keeps long state on the server once nothing moves, and finds it again', async () => {
    const { store, address, arrive, spec, entryCount } = browser()
    store.edit(now => ({ ...now, automatic: { removed: LONG } }))
    expect(address().v).toBeDefined()
    await vi.advanceTimersByTimeAsync(2000)
    expect(address()).toEqual({ s: 'k1' })
    expect(entryCount()).toBe(2)
    arrive()
    expect(spec().automatic?.removed).toEqual(LONG)
    // A new page finds it behind the id.
    store.follow({ s: 'k1', x: 'time' }, defaultView(), undefined, { automatic: { removed: LONG } })
    expect(spec().automatic?.removed).toEqual(LONG)
    expect(spec().settings).toEqual({ x: 'time' })
  })

  it('says it all in the address where it cannot be kept', async () => {
    const { store, address, links } = browser()
    links.isDown = true
    store.edit(now => ({ ...now, automatic: { removed: LONG } }))
    await vi.advanceTimersByTimeAsync(2000)
    expect(address().v).toEqual({ automatic: { removed: LONG } })
  })

  it('is as saved after saving: the address names the view and no edit', () => {
    const { store, address, spec } = browser()
    store.edit(now => setPageSettings(now, { x: 'time' }))
    expect(store.state.getState().isEdited).toBe(true)
    store.rebase(spec(), 'v1', { keepEdits: true })
    expect(address()).toEqual({ view: 'v1' })
    expect(store.state.getState().isEdited).toBe(false)
  })
})

it('the short form is one edit with a name that undo can say', () => {
  const { store, spec } = browser()
  store.change(view => ({ ...view, hide: ['r1'] }))
  expect(spec().runs).toEqual({ hide: ['r1'] })
  expect(store.undo()).toBe('drawn runs')
  expect(spec()).toEqual(defaultView())
})
