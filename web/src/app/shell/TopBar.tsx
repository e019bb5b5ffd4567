import { Icon, Mark } from '../../ui/icons'
import { perform } from '../../ui/actions'
import { IconButton } from '../../ui/Button'
import { Kbd } from '../../ui/Kbd'
import { PAGE_SLOT } from '../../ui/pageSlot'
import { Crumbs } from './Crumbs'
import { LiveMark } from './LiveMark'
import { YouMenu } from './YouMenu'

const openPalette = () => void perform('palette')

/** Where you are, the palette in the middle, live state and you at the right. */
export function TopBar() {
  return (
    <header className="topbar">
      <div className="row">
        <span className="phone-only">
          <Mark size={24} label="" />
        </span>
        <Crumbs />
      </div>
      <button type="button" className="cmdk desk-only" onClick={openPalette} aria-keyshortcuts="Control+K">
        <Icon name="search" size={14} />
        <span className="grow cut text-left">Search or jump to…</span>
        <Kbd keys="mod+k" />
      </button>
      <div className="end">
        <LiveMark />
        {/* The page's own part: its saved view, and sharing it. */}
        <span className="contents" id={PAGE_SLOT} />
        <span className="phone-only">
          <IconButton icon="search" label="Search or jump to" onClick={openPalette} />
        </span>
        <YouMenu />
      </div>
    </header>
  )
}
