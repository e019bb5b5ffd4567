/** What can be done with a line panel. */

import { MenuItem, MenuSeparator } from '../../ui/Menu'
import type { PanelIntents } from '../registry'
import { isLogPanel, type LinePanel } from './schema'
import type { LineActs } from './useLineActs'

/** Regions that the menu leads to; all of them are in the settings of the panel. */
const REGIONS_MAX = 8

export function LineMenu({
  panel,
  intents,
  acts,
  isMarking,
  onMark,
  onRegion,
  onTable,
  onToggleLog,
  onReset,
  onBack,
}: {
  panel: LinePanel
  intents: PanelIntents
  acts: LineActs
  isMarking: boolean
  onMark: () => void
  onRegion: (id: string) => void
  onTable: () => void
  onToggleLog: () => void
  onReset: () => void
  onBack: () => void
}) {
  const isLog = isLogPanel(panel)
  return (
    <>
      <MenuItem icon="settings" keys="s" onSelect={intents.onEdit}>
        Settings
      </MenuItem>
      <MenuItem icon={isLog ? 'check' : 'chart'} keys="l" onSelect={onToggleLog}>
        Logarithmic y axis
      </MenuItem>
      <MenuItem icon="fit" keys="0" onSelect={onReset}>
        Reset zoom
      </MenuItem>
      <MenuItem icon="undo" keys="backspace" onSelect={onBack}>
        Zoom back
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={isMarking ? 'check' : 'flag'} keys="m" onSelect={onMark}>
        Mark a region
      </MenuItem>
      {(panel.regions ?? []).slice(0, REGIONS_MAX).map(({ id, name }) => (
        <MenuItem key={id} icon="comment" onSelect={() => onRegion(id)}>
          Region {name || 'without a name'}
        </MenuItem>
      ))}
      <MenuItem icon="warn" onSelect={() => void acts.toFirstNan()}>
        Go to the first NaN
      </MenuItem>
      <MenuItem icon="table" keys="t" onSelect={onTable}>
        Table of what is drawn
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="link" onSelect={acts.copyLink}>
        Copy link to this panel
      </MenuItem>
      <MenuItem icon="code" keys="c" onSelect={acts.copyCode}>
        Copy as code
      </MenuItem>
      <MenuItem icon="image" onSelect={() => void acts.savePng()}>
        Save picture as PNG
      </MenuItem>
      <MenuItem icon="image" onSelect={acts.saveSvg}>
        Save picture as SVG
      </MenuItem>
      <MenuItem icon="download" onSelect={() => void acts.saveCsv()}>
        Save numbers as CSV
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="copy" onSelect={intents.onDuplicate}>
        Duplicate panel
      </MenuItem>
      <MenuItem icon="trash" isDanger onSelect={intents.onRemove}>
        Remove panel
      </MenuItem>
    </>
  )
}
