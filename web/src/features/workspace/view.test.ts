import { describe, expect, it } from 'vitest'
import { applyPatch, defaultView, diff, isNewer, newId, readView, takenIds, type ViewSpec } from './view'

const SPEC: ViewSpec = {
  format: 1,
  mode: 'manual',
  settings: { x: 'time', smoothing: { strength: 0.6 } },
  runs: { filter: 'a = 1', hide: ['r1'] },
  sections: [
    { id: 's~1', title: 'One', panels: [{ kind: 'line', id: 'p~1' }], sections: [{ id: 's~2', title: 'In' }] },
  ],
}

describe('reading a view', () => {
  it('gives back what it knows as it is', () => {
    expect(readView(structuredClone(SPEC))).toEqual(SPEC)
  })

  it('keeps a newer format, unknown kinds and unknown fields', () => {
    const newer = {
      format: 7,
      page: 'workspace',
      holograms: [1, 2],
      settings: { x: 'step', glow: 0.4 },
      sections: [{ id: 's', title: 'S', tilt: 3, panels: [{ kind: 'hologram', id: 'p', depth: [1] }] }],
    }
    const read = readView(structuredClone(newer))
    expect(read).toEqual(newer)
    expect(isNewer(read)).toBe(true)
  })

  it('takes nonsense for what is absent, and never throws', () => {
    for (const nonsense of [null, 3, 'view', [], { settings: 4, sections: 'no', kpis: {}, automatic: [], runs: 1 }])
      expect(readView(nonsense)).toMatchObject({ format: 1 })
    expect(readView({ sections: [{ panels: [{}, { id: 'a' }, { id: 'a' }, 4] }, 'x'] }).sections).toEqual([
      {
        id: 'section-1',
        title: '',
        panels: [
          { kind: 'unknown', id: 'panel-1' },
          { kind: 'unknown', id: 'a' },
          { kind: 'unknown', id: 'a-3' },
        ],
      },
    ])
  })

  it('reads "all but hide" from the wire, which says it with null', () => {
    expect(readView({ format: 1, runs: { show: null, hide: ['r'] } }).runs).toEqual({ hide: ['r'] })
  })
})

describe('a difference', () => {
  it('is nothing between equals, whatever the order of their fields', () => {
    expect(diff({ a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 })).toBeNull()
  })

  it('laid over the base gives the view again', () => {
    const base = defaultView()
    for (const [from, to] of [
      [base, SPEC],
      [SPEC, base],
      [SPEC, { ...SPEC, settings: { x: 'step' }, runs: { filter: '' } }],
      [SPEC, { ...SPEC, sections: [] }],
    ] as [ViewSpec, ViewSpec][]) {
      expect(applyPatch(from, diff(from, to))).toEqual(to)
    }
  })

  it('says only what differs', () => {
    expect(diff(SPEC, { ...SPEC, settings: { x: 'step', smoothing: { strength: 0.6 } } })).toEqual({
      settings: { x: 'step' },
    })
  })
})

it('ids are found at every depth and never given twice', () => {
  const taken = takenIds(SPEC)
  expect(taken).toEqual(new Set(['s~1', 'p~1', 's~2']))
  const ids = new Set(taken)
  for (let i = 0; i < 50; i++) ids.add(newId(ids, 'p~'))
  expect(ids.size).toBe(taken.size + 50)
})
