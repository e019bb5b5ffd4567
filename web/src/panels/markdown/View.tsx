/** Text between the panels: what was tried and why, with values that stay true. */

import { MenuItem } from '../../ui/Menu'
import { copyText } from '../../ui/clipboard'
import { Instead, PanelFrame, Unset } from '../frame'
import type { PanelViewProps } from '../registry'
import type { MarkdownPanel } from '../schema'
import { markdownTitle } from './schema'
import { MarkdownText } from './Text'

export function MarkdownView({ panel, isNear, isFull, intents }: PanelViewProps<MarkdownPanel>) {
  const { text = '' } = panel
  const title = markdownTitle(panel)
  return (
    <PanelFrame
      {...{ panel, title, isNear, isFull, intents }}
      className="markdown-panel"
      isBare={!panel.title}
      menu={
        <MenuItem icon="copy" onSelect={() => void copyText(text, 'the text as Markdown')}>
          Copy as Markdown
        </MenuItem>
      }
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls and takes the panel's keys */}
      <div className="md-scroll" data-keys="" tabIndex={0} role="group" aria-label={title}>
        {text.trim() === '' ? (
          <Instead
            state={{ status: 'empty', empty: <Unset intents={intents}>Nothing is written here yet</Unset> }}
            what={title}
          />
        ) : (
          <MarkdownText text={text} isNear={isNear} />
        )}
      </div>
    </PanelFrame>
  )
}
