/** A run comparer as data. */

import type { ComparerPanel } from '../schema'

export const comparerTitle = (panel: ComparerPanel): string => panel.title || 'Run comparer'

export const SECTIONS = ['config', 'summary', 'environment', 'packages', 'git', 'system'] as const
export type SectionName = (typeof SECTIONS)[number]

export const SECTION_TITLES: Record<SectionName, string> = {
  config: 'Config',
  summary: 'Summary',
  environment: 'Environment',
  packages: 'Packages',
  git: 'Git',
  system: 'System',
}
