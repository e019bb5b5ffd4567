import { expect, it } from 'vitest'
import { describeChanges } from './changes'
import { defaultView, type ViewSpec } from './view'

const said = (before: Partial<ViewSpec>, after: Partial<ViewSpec>): string[] =>
  describeChanges({ ...defaultView(), ...before }, { ...defaultView(), ...after }).map(
    ({ what, before: was, after: is }) => `${what}: ${was} → ${is}`,
  )

it('nothing differs between equals', () => {
  expect(said({ runs: { filter: 'a' } }, { runs: { filter: 'a' } })).toEqual([])
})

it('settings and runs are said with their values', () => {
  expect(
    said(
      { settings: { x: 'time' }, runs: { hide: ['a', 'b'] } },
      {
        settings: { x: 'metric:epoch', smoothing: { kind: 'gaussian', strength: 5 }, is_raw_behind: false },
        runs: { filter: 'lr < 1', sort: [{ key: 'summary.loss' }] },
      },
    ),
  ).toEqual([
    'X axis: At → epoch',
    'Smoothing: – → Gaussian 5',
    'Raw behind: – → off',
    'Filter: – → lr < 1',
    'Order of runs: – → summary.loss',
    'Hidden runs: a, b → –',
  ])
})

it('sections and panels are counted, and told when only their arrangement differs', () => {
  const section = (panels: string[]) => ({ id: 's', title: 'S', panels: panels.map(id => ({ kind: 'line', id })) })
  expect(
    said({ mode: 'manual', sections: [section(['a', 'b'])] }, { mode: 'manual', sections: [section(['b', 'a'])] }),
  ).toEqual(['Manual sections: 1 section, 2 panels → arranged otherwise'])
  expect(said({}, { automatic: { removed: ['x'], added: [section(['a'])], depth: 1 } })).toEqual([
    'Sections of your own: – → 1 section, 1 panel',
    'Depth of sections: 0 → 1',
    'Removed panels: – → 1',
  ])
})

it('what this version does not know is not passed over', () => {
  const newer = { ...defaultView(), glow: 3 } as ViewSpec
  expect(describeChanges(defaultView(), newer)).toHaveLength(1)
})
