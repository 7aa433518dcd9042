"""Many machines: any executor will do, a dask cluster's among them."""

from __future__ import annotations

import pytest

from montecarlo.engine.executors import over
from montecarlo.engine.simulation import simulate
from montecarlo.model import Model

distributed = pytest.importorskip("distributed", reason="the extra [dask] brings distributed")


@pytest.mark.filterwarnings("default")
def test_a_dask_cluster_gives_the_same_counts() -> None:
    model = Model([0.05] * 40, 6)
    alone = simulate(model, 2_000_000, seed=3, backend="numpy")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        spread = simulate(
            model, 2_000_000, seed=3, backend="numpy", map_=over(client.get_executor(pure=False), ahead=4)
        )
    assert spread.tally.digest == alone.tally.digest
