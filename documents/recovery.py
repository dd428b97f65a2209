"""The sheet with the recovery code: what opens the data on this computer when all else is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from documents.paper import Facts, Paper, Para, Space, Title, moment_text


def recovery_sheet(code: str, *, about: Sequence[tuple[str, str]], made: datetime) -> Paper:
    """The code in large characters; `about` says whose it is. Nothing on the sheet can be scanned from afar."""
    words: tuple[str, ...] = (
        "换电脑、忘记口令或系统钥匙串丢失时，用它打开本机上的草稿、附件和待发送的申请。",
        "请打印后放进保险柜或锁好的抽屉，不要拍照、不要放进聊天记录。谁有这串字符和这台电脑上的数据，谁就能打开它。",
        "协会和软件都没有副本。遗失后请在“设置”里换一个新的，旧的随即作废。",
    )
    return Paper(
        title="恢复码",
        blocks=[
            Title("会办　恢复码"),
            Facts([*about, ("生成时间", moment_text(made))], across=1),
            Space(6),
            Para(code, align="center", indent=0, size=22, bold=True),
            Space(6),
            *(Para(text) for text in words),
        ],
        subject="恢复码",
        made=made,
        foot="会办恢复码　请妥善保管",
    )
