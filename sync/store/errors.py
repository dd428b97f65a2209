"""The failures of a store that are understood: what happened, in words, and the one thing to do about it."""

from __future__ import annotations

from pathlib import Path


class StoreFailure(Exception):
    """A known failure: `sentence` says what happened, `remedy` what to do; both are shown as they are."""

    kind = "store"
    sentence = "本机资料打不开。"
    remedy = "请重新启动会办。"

    def __init__(self, sentence: str | None = None, remedy: str | None = None) -> None:
        self.sentence = sentence or type(self).sentence
        self.remedy = remedy or type(self).remedy
        super().__init__(f"{self.sentence}{self.remedy}")


class StoreMissing(StoreFailure):
    """There is no store in this folder yet."""

    kind = "store-missing"
    sentence = "这台电脑上还没有会办的资料。"
    remedy = "请用协会发来的邀请文件开始。"


class StoreLocked(StoreFailure):
    """The key is not to be had without a person: no keyring, or nothing of ours in it."""

    kind = "store-locked"
    sentence = "本机资料是加密的，系统钥匙串里没有它的钥匙。"
    remedy = "请输入口令；忘了口令就用恢复码。"


class NoKeyring(StoreFailure):
    """This machine has no keyring that works; a passphrase takes its place."""

    kind = "no-keyring"
    sentence = "这台电脑没有可用的系统钥匙串。"
    remedy = "请设一个口令来保护本机资料。"


class WrongSecret(StoreFailure):
    """A passphrase or a recovery code that does not open the store."""

    kind = "wrong-secret"
    sentence = "口令不对。"
    remedy = "请再输一次；忘了口令就用恢复码。"


class StoreDamaged(StoreFailure):
    """The file cannot be read although the key is right."""

    kind = "store-damaged"
    sentence = "本机资料文件损坏，读不出来。"
    remedy = "请选“重建”：损坏的文件会留着，没送出的内容尽量找回，其余从协会重新取。"


class StoreTooNew(StoreFailure):
    """A newer program has written this store."""

    kind = "store-too-new"
    sentence = "本机资料是更新版本的会办写的，这个版本读不了。"
    remedy = "请安装新版会办；资料没有动过。"


class StoreInUse(StoreFailure):
    """Another process has the store open."""

    kind = "store-in-use"

    def __init__(self, pid: int | None) -> None:
        self.pid = pid
        number = f"（进程 {pid}）" if pid else ""
        super().__init__(f"会办已经开着{number}。", "请切换到已打开的窗口。")


class DiskFull(StoreFailure):
    """No room was left; the transaction was undone, everything saved before it is there."""

    kind = "disk-full"
    sentence = "磁盘满了，刚才这一步没有存下；之前的都在。"
    remedy = "请腾出一些空间，再做一次。"


class DiskTrouble(StoreFailure):
    """The operating system could not read or write the file."""

    kind = "disk-trouble"
    sentence = "读写磁盘时出错，刚才这一步没有存下；之前的都在。"
    remedy = "请检查磁盘后重新打开会办。"


class BlobMissing(StoreFailure):
    """The bytes of an attachment are not on this machine."""

    kind = "blob-missing"
    sentence = "这个附件不在本机。"
    remedy = "联网后会自动取回。"


class BlobDamaged(StoreFailure):
    """The file of an attachment was changed or cut."""

    kind = "blob-damaged"
    sentence = "这个附件在本机的文件损坏了。"
    remedy = "请重新添加这个附件。"


class FileUnreadable(StoreFailure):
    """A file somebody chose cannot be read."""

    kind = "file-unreadable"

    def __init__(self, path: Path) -> None:
        super().__init__(f"读不到文件“{path.name}”。", "请看它是不是被移走了，或正被别的程序占用。")


class FileUnwritable(StoreFailure):
    """A file cannot be written where somebody wants it."""

    kind = "file-unwritable"

    def __init__(self, path: Path) -> None:
        super().__init__(f"写不了文件“{path.name}”。", "请换一个文件夹再试。")


class BackupUnreadable(StoreFailure):
    """A file that is not a backup, or one that was cut or changed."""

    kind = "backup-unreadable"
    sentence = "这个文件不是会办的备份，或者已经损坏。"
    remedy = "请换一份备份；现有资料没有动过。"


class KitUnreadable(StoreFailure):
    """A file that is not a hand-over kit, or one that was cut or changed."""

    kind = "kit-unreadable"
    sentence = "这个文件不是会办的移交文件，或者已经损坏。"
    remedy = "请让移交的人重新做一份；本机资料没有动过。"


class StoreHasWork(StoreFailure):
    """A store that may not be replaced: something in it is nowhere else."""

    kind = "store-has-work"
    sentence = "这台电脑上的资料里还有没送出的内容。"
    remedy = "请先送出或删去，或把资料文件夹改名后再恢复；现有资料没有动过。"


class NotAllowed(StoreFailure):
    """An action that the state of things does not permit; nothing was changed."""

    kind = "not-allowed"
    sentence = "这一步现在不能做。"
    remedy = "请重新打开这一页再看。"
