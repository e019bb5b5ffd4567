/** A panel of parameter importance as data. */

import type { ImportancePanel } from '../schema'

export function importanceTitle(panel: ImportancePanel): string {
  if (panel.title) return panel.title
  return panel.target ? `What matters for ${panel.target}` : 'Parameter importance'
}
