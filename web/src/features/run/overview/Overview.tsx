/** The first look: what came out, what went in, how it runs, what it says, where it runs. */

import { ArtifactsCard } from '../artifacts/RunArtifacts'
import { Config } from './Config'
import { Environment } from './Environment'
import { LogCard } from './LogCard'
import { OverviewCharts } from './OverviewCharts'
import { RunNotes } from './RunNotes'
import { Summary } from './Summary'
import { SystemStrip } from './SystemStrip'

export function Overview() {
  return (
    <div className="run-tab ov">
      <div>
        <Summary />
        <Config />
      </div>
      <div>
        <OverviewCharts />
        <SystemStrip />
        <LogCard />
      </div>
      <div className="rcol">
        <Environment />
        <ArtifactsCard />
        <RunNotes />
      </div>
    </div>
  )
}
