import { Bone } from '../../ui/states'

const WIDTHS = [180, 132, 210, 156, 120, 188]

export function HomeSkeleton() {
  return (
    <div className="home">
      <div className="home-cols">
        <div className="home-col">
          <section className="panel">
            <div className="card-h">
              <h2>Projects</h2>
            </div>
            {WIDTHS.map(width => (
              <div key={width} className="home-bone">
                <Bone width={width} height={10} />
                <Bone width={48} height={10} />
              </div>
            ))}
          </section>
        </div>
        <div className="home-col home-side" />
      </div>
    </div>
  )
}
