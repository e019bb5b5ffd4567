import { describe, expect, it } from 'vitest'
import type { Run } from '../../data/project'
import { hideRuns, setBrush, showAll, showOnly, showRuns, sortBy, toggleRuns, withChanges } from './actions'
import {
  drawnRuns,
  parseSort,
  parseView,
  parseZoom,
  sameRuns,
  valueKey,
  wholeFilter,
  type WorkspaceView,
} from './model'

const run = (id: string, state: Run['state'] = 'finished'): Run =>
  ({ id, name: `name-${id}`, ordinal: Number(id.slice(1)), state }) as Run

const RUNS = ['r1', 'r2', 'r3', 'r4'].map(id => run(id))
const drawn = (view: WorkspaceView): string[] => drawnRuns(view, RUNS).map(({ id }) => id)

describe('the view in the address', () => {
  it('comes back from its own parameters', () => {
    const view: WorkspaceView = {
      x: 'metric:epoch',
      smooth: 0.6,
      q: 'otter',
      filter: 'config.lr < 0.1',
      sort: '-summary.val/loss',
      hide: ['r1'],
      drawn: 25,
      folded: [],
      log: ['train/loss'],
      panels: '^val',
      re: true,
      panel: 'val/loss',
      zoom: 'step:10:20',
      half: 'runs',
      mode: 'manual',
      brush: { 'p~1': 'summary.loss < 0.2' },
    }
    expect(parseView(JSON.parse(JSON.stringify(view)) as Record<string, unknown>)).toEqual(view)
  })

  it('is empty for an untouched page, and for nonsense', () => {
    expect(parseView({})).toEqual({})
    expect(
      parseView({
        x: 'sideways',
        smooth: 7,
        hide: 'r1',
        drawn: -3,
        zoom: 'step:9:2',
        re: 'yes',
        half: 'left',
        folded: 1,
      }),
    ).toEqual({})
  })

  it('takes a number that was meant as text', () => {
    expect(parseView({ q: 42, filter: true })).toEqual({ q: '42', filter: 'true' })
  })

  it('keeps “nothing drawn” apart from “all drawn”', () => {
    expect(parseView({ show: [] })).toEqual({ show: [] })
    expect(drawn({ show: [] })).toEqual([])
    expect(drawn({})).toEqual(['r1', 'r2', 'r3', 'r4'])
  })

  it('reads a zoom on any axis, also one named with colons', () => {
    expect(parseZoom('metric:a:b:-1.5:2e3')).toEqual({ axis: 'metric:a:b', from: -1.5, to: 2000 })
    expect(parseZoom('step:5:5')).toBeNull()
  })
})

describe('which runs are drawn', () => {
  it('the first that are not hidden, at most as many as the view says', () => {
    expect(drawn({ hide: ['r2'], drawn: 2 })).toEqual(['r1', 'r3'])
  })

  it('hiding one, showing it again, and all but this', () => {
    const hidden = toggleRuns({}, ['r2'])
    expect(drawn(hidden)).toEqual(['r1', 'r3', 'r4'])
    expect(toggleRuns(hidden, ['r2'])).toEqual({})
    expect(drawn(hideRuns(showAll(hidden), ['r4']))).toEqual(['r1', 'r2', 'r3'])
  })

  it('only this, then one more, then all', () => {
    const only = showOnly({ hide: ['r1'] }, ['r3'])
    expect(drawn(only)).toEqual(['r3'])
    expect(drawn(showRuns(only, ['r1']))).toEqual(['r1', 'r3'])
    expect(drawn(hideRuns(only, ['r3']))).toEqual([])
    expect(showAll(only)).toEqual({})
  })

  it('stay the same object while the same runs are drawn', () => {
    const before = drawnRuns({}, RUNS)
    expect(
      sameRuns(
        before,
        drawnRuns(
          {},
          RUNS.map(other => ({ ...other, heartbeat_at: 9 })),
        ),
      ),
    ).toBe(before)
    expect(sameRuns(before, drawnRuns({}, [run('r1', 'running'), ...RUNS.slice(1)]))).not.toBe(before)
  })
})

describe('brushes', () => {
  it('narrow the list beside the filter, each for its panel', () => {
    const brushed = setBrush(setBrush({ filter: 'a = 1 or b = 2' }, 'p1', 'lr < 0.1'), 'p2', 'loss < 2')
    expect(wholeFilter(brushed)).toBe('(a = 1 or b = 2) and (lr < 0.1) and (loss < 2)')
    const without = setBrush(setBrush(brushed, 'p1', null), 'p2', null)
    expect(without).toEqual({ filter: 'a = 1 or b = 2' })
    expect(wholeFilter(without)).toBe('a = 1 or b = 2')
    expect(setBrush(without, 'p1', null)).toBe(without)
  })
})

describe('the list', () => {
  it('sorts by a key, and by the same key again the other way round', () => {
    const first = sortBy({}, 'summary.val/loss', true)
    expect(parseSort(first.sort)).toEqual({ key: 'summary.val/loss', descending: true })
    expect(parseSort(sortBy(first, 'summary.val/loss', true).sort).descending).toBe(false)
  })

  it('shows the value it is sorted by, else the first metric', () => {
    expect(valueKey(parseSort('-config.lr'), 'loss')).toBe('config.lr')
    expect(valueKey(parseSort(undefined), 'loss')).toBe('summary.loss')
    expect(valueKey(parseSort('name'), undefined)).toBe('')
  })

  it('drops what is set back to nothing from the address', () => {
    expect(withChanges({ q: 'a', smooth: 0.5 }, { q: '' })).toEqual({ smooth: 0.5 })
  })
})
