import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { kindOf, panelKinds, titleOf, type Panel } from './registry'

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../../../tests/vectors/panels.json'), 'utf8')) as {
  name: string
  panel: Panel
}[]
const panels = vectors.filter(({ name }) => name.endsWith('every field')).map(({ panel }) => panel)

it('knows every kind that the wire has, and names it', () => {
  expect(panels.map(panel => panel.kind).toSorted()).toEqual(
    panelKinds()
      .map(kind => kind.kind)
      .toSorted(),
  )
  for (const panel of panels) {
    expect(kindOf(panel)?.kind).toBe(panel.kind)
    expect(titleOf(panel)).not.toBe('')
  }
})

it('makes panels that say their kind and id and nothing they need not', () => {
  for (const kind of panelKinds()) {
    const made = kind.make('x', [])
    expect([made.kind, made.id]).toEqual([kind.kind, 'x'])
    expect(titleOf(made)).not.toBe('')
    expect(kind.Editor).toBeDefined()
  }
})
