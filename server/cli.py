"""`huiban-server`: making, running and keeping an association's server. Exit status 0 only on success."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from server import carried, keeping, status
from server.clock import shanghai_day, utc_now
from server.editions import NoEdition
from server.erasure import ErasureError, erase
from server.founding import FoundingError, import_seed, init
from server.keeping import KeepingError
from server.ports.study import Inbox
from server.publishing import PublishingError, publish
from server.schema import SchemaError
from server.seed import SeedError
from server.serving import ServingError, serve
from server.settings import SettingsError, load, write_private
from server.study import take_in
from server.work import Work, build
from sync.protocol import ANSWER_SUFFIX, NotCarried

CARRIED_WORDS = {"applied": "已办", "refused": "未接收", "conflict": "有冲突", "waiting": "待补"}
KNOWN = (
    FoundingError,
    SeedError,
    SettingsError,
    SchemaError,
    KeepingError,
    ErasureError,
    PublishingError,
    ServingError,
    NoEdition,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    told = _parser().parse_args(argv)
    try:
        told.run(told)
    except KNOWN as error:
        print(f"huiban-server {told.command}：{error}", file=sys.stderr)
        return 1
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        print(f"huiban-server {told.command}：数据库不可用：{reason}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"huiban-server {told.command}：{error.strerror or error}：{error.filename or ''}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="huiban-server", description="会办协会服务器")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")

    def command(name: str, run: object, words: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=words, description=words)
        one.add_argument("--data", type=Path, required=True, metavar="DIR", help="数据目录")
        one.add_argument("--database", metavar="URL", help="数据库地址，默认用数据目录里的 SQLite")
        one.set_defaults(run=run)
        return one

    made = command("init", _init, "新建一个协会：密钥、数据库、账号、邀请文件")
    made.add_argument("--pack", required=True, help="规则包的编号或文件夹")
    made.add_argument("--name", required=True, help="协会名称")
    made.add_argument("--address", default="", metavar="URL", help="各单位访问服务器的地址，写进邀请文件")
    made.add_argument("--seed", type=Path, metavar="FILE", help="初始数据（YAML）")
    made.add_argument("--today", type=date.fromisoformat, metavar="DATE", help="初始数据里相对日期的起点")

    run = command("serve", _serve, "运行服务器")
    run.add_argument("--host", default="127.0.0.1", help="监听的地址")
    run.add_argument("--tls-certificate", type=Path, metavar="FILE", help="HTTPS 证书（PEM），监听本机以外的地址时必需")
    run.add_argument("--tls-key", type=Path, metavar="FILE", help="证书的私钥（PEM）")
    run.add_argument("--port", type=int, default=0, help="监听的端口，0 表示任选一个空闲的")
    run.add_argument("--while-stdin", action="store_true", help="标准输入一关闭就结束（由别的程序启动时用）")

    more = command("import", _import, "导入更多数据（YAML），全部成功或全部不导入")
    more.add_argument("file", type=Path)
    more.add_argument("--today", type=date.fromisoformat, metavar="DATE", help="相对日期的起点")

    gone = command("erase", _erase, "按要求清除一个人的个人信息")
    gone.add_argument("person", metavar="PERSON", help="人员编号 person/…，或证件号码")

    back = command("restore", _restore, "从备份恢复之后运行：换用新的纪元，让各单位重新核对并补发")
    back.add_argument("--backup", type=Path, metavar="FILE", help="先用这份备份换下 SQLite 数据库")

    kept = command("backup", _backup, "把 SQLite 数据库备份成一个文件")
    kept.add_argument("file", type=Path)

    shut = command("revoke", _revoke, "停用一台设备：它的登录和签名不再有效")
    shut.add_argument("login")
    shut.add_argument("device")

    carried = command("take-in", _take_in, "收下单位带来的文件，答复写在同一处的 FILE.answer")
    carried.add_argument("files", nargs="+", type=Path, metavar="FILE")

    issued = command("publish", _publish, "发布规则包的新版本：签名，自某日起施行，下发到每台电脑")
    issued.add_argument("folder", type=Path, metavar="PACK", help="规则包所在的文件夹")
    issued.add_argument("--since", type=date.fromisoformat, required=True, metavar="DATE", help="自哪一天起施行")
    issued.add_argument("--key", type=Path, metavar="FILE", help="发布密钥，默认用数据目录里的")

    command("status", _status, "服务器的状况：暂时办不了的、没发出去的、久未联系的")
    again = command("reset-password", _reset, "为账号生成新的初始密码，经通知发出")
    again.add_argument("login")

    why = command("explain", _explain, "一件申请的事实和规则的答案（JSON）")
    why.add_argument("number", metavar="NUMBER", help="编号、申请的内部编号，或打印件上的短码")
    why.add_argument("--today", type=date.fromisoformat, metavar="DATE", help="按哪一天回答，默认今天")

    command("verify", _verify, "核对决定记录的哈希链")
    command("study-watch", _study, "处理一次学习平台投放的成绩文件（serve 会自动处理）")
    return parser


def _init(told: argparse.Namespace) -> None:
    loaded = init(
        told.data.resolve(),
        told.pack,
        told.name,
        database=told.database,
        address=told.address,
        seed_file=told.seed,
        today=told.today,
    )
    print(
        f"已建立：{loaded.units} 个单位，{loaded.people} 人，{loaded.accounts} 个账号。"
        f"初始密码在 {told.data / 'spool'}。"
    )


def _serve(told: argparse.Namespace) -> None:
    tls = (told.tls_certificate, told.tls_key) if told.tls_certificate and told.tls_key else None
    starter = sys.stdin.fileno() if told.while_stdin else None
    serve(load(told.data.resolve(), told.database), told.host, told.port, tls, starter=starter)


def _import(told: argparse.Namespace) -> None:
    with keeping.opened(_parts(told)) as parts:
        loaded = import_seed(parts, told.file, told.today or shanghai_day(utc_now()))
    print(f"已导入：{loaded.units} 个单位，{loaded.people} 人，{loaded.accounts} 个账号。")


def _erase(told: argparse.Namespace) -> None:
    with keeping.opened(_parts(told)) as parts:
        done = erase(parts, told.person)
    print(f"已清除 {done.person}：{done.entities} 项资料，{done.operations} 份提交内容，{done.blobs} 个附件。")


def _restore(told: argparse.Namespace) -> None:
    settings = load(told.data.resolve(), told.database)
    epoch = keeping.restore(settings, told.backup)
    print(f"已恢复，新的纪元是 {epoch}。各单位下次联系时会重新核对。")


def _backup(told: argparse.Namespace) -> None:
    keeping.backup(load(told.data.resolve(), told.database), told.file)
    print(f"已备份到 {told.file}。密钥和附件请与数据目录一起另行备份。")


def _revoke(told: argparse.Namespace) -> None:
    with keeping.opened(_parts(told)) as parts:
        keeping.revoke(parts, told.login, told.device)
    print("已停用这台设备。")


def _reset(told: argparse.Namespace) -> None:
    with keeping.opened(_parts(told)) as parts:
        keeping.reset_password(parts, told.login)
    print("新的初始密码已交给通知。")


def _explain(told: argparse.Namespace) -> None:
    with keeping.opened(_parts(told)) as parts:
        answer = keeping.explain(parts, told.number, told.today or shanghai_day(parts.clock()))
    print(json.dumps(answer, ensure_ascii=False, indent=1))


def _verify(told: argparse.Namespace) -> None:
    with keeping.opened(_parts(told)) as parts:
        print(f"决定记录完好，共 {keeping.verify(parts)} 行。")


def _study(told: argparse.Namespace) -> None:
    with keeping.opened(_parts(told)) as parts:
        print(f"处理了 {take_in(parts, Inbox(parts.settings.study_inbox))} 个文件。")


def _take_in(told: argparse.Namespace) -> None:
    """One file after the other; the first that is none ends it, those before it stay taken in."""
    with keeping.opened(_parts(told)) as parts:
        for path in told.files:
            try:
                with path.open("rb") as file:
                    answer = carried.take_in(parts, file)
            except NotCarried as error:
                raise KeepingError(f"{path}：{error}") from error
            target = path.with_name(path.name + ANSWER_SUFFIX)
            write_private(target, answer)
            ends = carried.counted(answer)
            words = "，".join(f"{CARRIED_WORDS[status]} {number} 件" for status, number in ends.items())
            print(f"{path}：{words}。请把 {target.name} 交回单位。")


def _publish(told: argparse.Namespace) -> None:
    with keeping.opened(_parts(told)) as parts:
        edition = publish(parts, told.folder, told.since, told.key)
    print(f"已发布版本 {edition}，自 {told.since} 起施行。")


def _status(told: argparse.Namespace) -> None:
    with keeping.opened(_parts(told)) as parts:
        found = status.read(parts)
    print("\n".join(status.lines(found)))


def _parts(told: argparse.Namespace) -> Work:
    return build(load(told.data.resolve(), told.database))


if __name__ == "__main__":
    sys.exit(main())
