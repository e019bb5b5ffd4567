/** A code comparer as data. */

import type { CodePanel } from '../schema'

export const codeTitle = (panel: CodePanel): string => panel.title || 'Code comparer'
