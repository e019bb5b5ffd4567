import { describe, expect, it } from 'vitest'
import { type Address, addressOf, apart, isLong, type PageState, shortOf, stateOf, withShort } from './address'
import { defaultView, type ViewSpec } from './view'

const BASE = defaultView()
const state = (spec: Partial<ViewSpec>, look: PageState['look'] = {}): PageState => ({
  spec: { ...BASE, ...spec },
  look,
})
/** As the browser hands it back. */
const travelled = (address: Address): Record<string, unknown> =>
  JSON.parse(JSON.stringify(address)) as Record<string, unknown>

const STATES: PageState[] = [
  state({}),
  state({ settings: { x: 'metric:epoch', smoothing: { strength: 0.6 } } }),
  state({ settings: { x: '${epoch} * 2', smoothing: { kind: 'gaussian', strength: 5 }, outliers: [1, 99] } }),
  state({
    runs: { filter: 'a < 1', search: 'otter', hide: ['r1'], sort: [{ key: 'summary.loss', descending: true }] },
  }),
  state({ runs: { show: [], drawn: 25, baseline: 'r9', pinned: ['r9'] } }),
  state({ runs: { group: [{ key: 'config.encoder' }, { key: 'config.lr' }] } }),
  state({ runs: { group: [{ key: 'config.lr', bin_width: 0.1 }], search: 'a' } }),
  state({ automatic: { folded: [], changed: { loss: { y_scale: 'log' } } } }),
  state({ mode: 'manual', sections: [{ id: 's~1', title: 'One', panels: [{ kind: 'line', id: 'p~1' }] }] }),
  state({}, { panels: 'loss', re: true, panel: 'val/loss', zoom: 'step:1:2', half: 'runs', brush: { p: 'a < 1' } }),
]
const BASES: ViewSpec[] = [
  BASE,
  {
    ...BASE,
    settings: { x: 'time', smoothing: { strength: 0.2 } },
    runs: { filter: 'b = 2', show: ['r2'], group: [{ key: 'g', bin_width: 2 }] },
  },
  { ...BASE, mode: 'manual', sections: [{ id: 's~1', title: 'Other' }], automatic: { folded: ['val'] } },
]

describe('the address', () => {
  it('says every state so that it comes back, whatever it is relative to', () => {
    for (const base of BASES) {
      for (const shown of STATES) {
        const back = stateOf(travelled(addressOf(shown, base)), base)
        expect(back).toEqual(shown)
      }
    }
  })

  it('is empty for what the base says', () => {
    for (const base of BASES) expect(addressOf({ spec: base, look: {} }, base)).toEqual({})
  })

  it('has short parameters for what people read, and one for the rest', () => {
    const shown = state({ settings: { x: 'time', outliers: [1, 99] }, runs: { filter: 'a < 1' } }, { panels: 'loss' })
    expect(addressOf(shown, BASE)).toEqual({
      x: 'time',
      filter: 'a < 1',
      panels: 'loss',
      v: { settings: { outliers: [1, 99] } },
    })
  })

  it('says that a value of the saved view is not wanted', () => {
    const base: ViewSpec = { ...BASE, runs: { filter: 'b = 2', show: ['r1'] } }
    const address = addressOf(state({}), base)
    expect(address).toEqual({ filter: '', show: '' })
    expect(stateOf(travelled(address), base).spec).toEqual(BASE)
  })

  it('reads addresses of before: a list of logarithmic panels', () => {
    const { spec } = stateOf({ log: ['train/loss'] }, BASE)
    expect(spec.automatic?.changed).toEqual({ 'train/loss': { y_scale: 'log' } })
  })

  it('takes long state from where it is kept', () => {
    const patch = { automatic: { removed: Array.from({ length: 90 }, (_, i) => `metric-${i}`) } }
    expect(isLong(patch)).toBe(true)
    expect(stateOf({ s: 'abc', x: 'time' }, BASE, patch).spec).toEqual({
      ...BASE,
      ...patch,
      settings: { x: 'time' },
    })
  })

  it('leaves nonsense out', () => {
    expect(stateOf({ x: 'sideways', smooth: 9, v: 'no', hide: 4, drawn: -1 }, BASE)).toEqual(state({}))
  })
})

it('the short form changes what it says and leaves the rest of the document alone', () => {
  const spec: ViewSpec = {
    ...BASE,
    settings: { smoothing: { kind: 'median', strength: 5 }, buckets: 200 },
    runs: { baseline: 'r1', sort: [{ key: 'a' }, { key: 'b' }] },
  }
  const short = shortOf({ spec, look: {} })
  expect(withShort(spec, short)).toEqual(spec)
  expect(withShort(spec, { ...short, filter: 'a = 1', x: 'time' })).toEqual({
    ...spec,
    settings: { ...spec.settings, x: 'time' },
    runs: { ...spec.runs, filter: 'a = 1' },
  })
})

it('what the page around says is no part of what the workspace shows, and stays', () => {
  const { own, around } = apart({ tab: 'charts', base: 'r2', x: 'time', view: 'v1' })
  expect(own).toEqual({ x: 'time', view: 'v1' })
  expect(around).toEqual({ tab: 'charts', base: 'r2' })
})
